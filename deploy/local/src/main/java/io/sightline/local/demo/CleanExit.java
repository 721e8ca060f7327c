// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.demo;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Work that is interrupted when the process is asked to end (SIGINT, SIGTERM), and for whose
 * clean-up the process then waits.
 */
final class CleanExit {

  private static final int PATIENCE_SECONDS = 30;

  private CleanExit() {}

  /** Broker and job end at the same time now, and would complain about each other. */
  private static void silence() {
    try {
      Configurator.setAllLevels("", Level.OFF);
    } catch (RuntimeException e) {
      // Log4j ends at the same time, too, and may be gone.
    }
  }

  /**
   * Runs the work on the calling thread.
   *
   * @throws InterruptedException where the process was asked to end, whatever the work made of it
   */
  static <T> T run(Callable<T> work) throws Exception {
    Thread worker = Thread.currentThread();
    AtomicBoolean asked = new AtomicBoolean();
    CountDownLatch finished = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              asked.set(true);
              silence();
              worker.interrupt();
              try {
                boolean unused = finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "demo-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } catch (Exception e) {
      if (asked.get()) {
        InterruptedException interrupted = new InterruptedException("The process was asked to end");
        interrupted.initCause(e);
        throw interrupted;
      }
      throw e;
    } finally {
      finished.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process ends already.
      }
    }
  }
}
