// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;

/** Work of a command that ends quietly when the process is asked to end (SIGINT, SIGTERM). */
final class Interruptible {

  /** What a shell reports of a program that was interrupted: 128 + SIGINT. */
  private static final int INTERRUPTED = 130;

  private Interruptible() {}

  /**
   * Runs the work on the calling thread.
   *
   * @param stop ends what the work does, and waits for what can't be cut short; the work may throw
   *     then
   * @return the exit code
   */
  static int run(Runnable stop, IntSupplier work) {
    AtomicBoolean asked = new AtomicBoolean();
    Thread hook =
        new Thread(
            () -> {
              asked.set(true);
              stop.run();
            },
            "sightline-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.getAsInt();
    } catch (RuntimeException e) {
      if (asked.get()) {
        return INTERRUPTED;
      }
      throw e;
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process ends already.
      }
    }
  }
}
