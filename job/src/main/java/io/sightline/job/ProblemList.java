// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import java.io.PrintWriter;
import java.util.List;

/** Prints problems as a numbered list. */
final class ProblemList {

  private ProblemList() {}

  static void print(PrintWriter out, String heading, List<String> problems) {
    out.println(heading);
    for (int i = 0; i < problems.size(); i++) {
      out.println("%3d. %s".formatted(i + 1, problems.get(i)));
    }
    out.flush();
  }
}
