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

  /** Below this what is measured in turn is warm. */
  static final double QUIET = 0.02;

  private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();

  private final long compiledMillis = COMPILERS.getTotalCompilationTime();
  private final long started = System.nanoTime();

  /** From 0; above 1 where several compilers worked. */
  double share() {
    long nanos =
        TimeUnit.MILLISECONDS.toNanos(COMPILERS.getTotalCompilationTime() - compiledMillis);
    return (double) nanos / (System.nanoTime() - started);
  }
}
