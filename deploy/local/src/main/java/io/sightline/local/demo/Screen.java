// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.demo;

import java.io.PrintWriter;

/**
 * Lines that scroll, above a progress bar that stays. Where the output is no terminal, the bar is a
 * line at every tenth. Thread-safe.
 */
final class Screen {

  private static final int WIDTH = 30;
  private static final int TENTHS = 10;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;
  private String bar = "";
  private int tenths;

  Screen(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  synchronized void line(String text) {
    if (terminal && !bar.isEmpty()) {
      out.print(CLEAR_LINE);
      out.println(text);
      out.print(bar);
    } else {
      out.println(text);
    }
    out.flush();
  }

  synchronized void progress(int done, int of) {
    int filled = WIDTH * done / of;
    String now =
        "[%s%s] %d of %d".formatted("#".repeat(filled), ".".repeat(WIDTH - filled), done, of);
    int tenthsNow = TENTHS * done / of;
    if (terminal) {
      bar = now;
      out.print(CLEAR_LINE + bar);
    } else if (tenthsNow > tenths) {
      out.println(now);
    }
    tenths = tenthsNow;
    out.flush();
  }

  /** Leaves the bar as it is, as a line of its own. */
  synchronized void endProgress() {
    if (terminal && !bar.isEmpty()) {
      out.println();
      out.flush();
    }
    bar = "";
  }
}
