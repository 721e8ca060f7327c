// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was checked and how it ended, a line each. */
final class CheckList {

  private CheckList() {}

  /** How a check ended. A warning is no failure. */
  enum Status {
    OK,
    WARNING,
    FAILED
  }

  /** One check: what it was about, and what it found. */
  record Check(Status status, String name, String text) {

    static Check ok(String name, String text) {
      return new Check(Status.OK, name, text);
    }

    static Check warning(String name, String text) {
      return new Check(Status.WARNING, name, text);
    }

    static Check failed(String name, String text) {
      return new Check(Status.FAILED, name, text);
    }

    Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("status", PreprocessingJson.word(status));
      tree.put("name", name);
      tree.put("text", text);
      return tree;
    }
  }

  static boolean passed(List<Check> checks) {
    return checks.stream().noneMatch(check -> check.status() == Status.FAILED);
  }

  static void print(PrintWriter out, List<Check> checks) {
    for (Check check : checks) {
      String status =
          check.status() == Status.FAILED ? "FAILED" : PreprocessingJson.word(check.status());
      out.printf("  %-7s %-14s %s%n", status, check.name(), check.text());
    }
  }
}
