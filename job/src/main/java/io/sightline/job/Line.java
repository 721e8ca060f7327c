// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * A line that a command prints: a name and what is to be said under it.
 *
 * @param name empty where the line goes on with what the one before it said
 */
record Line(String name, String text) {

  /** Prints a heading and its lines, their texts below each other, then an empty line. */
  static void print(PrintWriter out, String heading, List<Line> lines) {
    out.println(heading);
    int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(1);
    for (Line line : lines) {
      out.printf("  %-" + Math.max(width, 12) + "s  %s%n", line.name(), line.text());
    }
    out.println();
  }

  /** A number with so many digits after its point. */
  static String decimal(int places, double value) {
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
