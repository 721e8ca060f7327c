// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import java.io.PrintWriter;

/** Prints how far a long work is, a line at a time, not too often. Thread-safe. */
final class ProgressLines {

  private static final long NANOS_BETWEEN = 2_000_000_000;

  private final PrintWriter out;
  private long last = System.nanoTime();

  ProgressLines(PrintWriter out) {
    this.out = out;
  }

  synchronized void update(String step, int done, int of) {
    long now = System.nanoTime();
    if (now - last >= NANOS_BETWEEN) {
      last = now;
      out.printf("%8d of %d runs, %s%n", done, of, step);
      out.flush();
    }
  }
}
