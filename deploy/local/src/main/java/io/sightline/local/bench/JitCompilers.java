// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * The share of time that the JIT compilers have worked since this was made. A job on a TaskManager
 * runs for hours, and a bench for minutes: what they take is not to be measured.
 */
final class JitCompilers {

  /** Below this all variants together are warm. */
  static final double QUIET = 0.05;

  /** Below this a job has come to the pace that it keeps. */
  private static final double SETTLED = 0.02;

  private static final int SETTLED_SECONDS = 3;

  private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();

  private final long compiledMillis = COMPILERS.getTotalCompilationTime();
  private final long started = System.nanoTime();

  /** From 0; above 1 where several compilers worked. */
  double share() {
    long nanos =
        TimeUnit.MILLISECONDS.toNanos(COMPILERS.getTotalCompilationTime() - compiledMillis);
    return (double) nanos / (System.nanoTime() - started);
  }

  /**
   * Waits until they are as good as idle for {@link #SETTLED_SECONDS}, but so long at most. What
   * the start of a job leaves them comes in bursts: one quiet second says little.
   */
  static void awaitSettled(long mostSeconds) throws InterruptedException {
    JitCompilers seconds;
    do {
      seconds = new JitCompilers();
      TimeUnit.SECONDS.sleep(SETTLED_SECONDS);
      mostSeconds -= SETTLED_SECONDS;
    } while (seconds.share() > SETTLED && mostSeconds >= SETTLED_SECONDS);
  }
}
