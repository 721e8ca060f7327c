// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;

/**
 * A loop that is measured while a job rests in the same process, as if there were none: what the
 * checkpoints of the job and its broker, and the JIT compilers, take of the processors meanwhile is
 * given back to the loop, where it has a thread for each of them.
 */
record BesideJob(Variant loop) implements Variant {

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  @Override
  public String name() {
    return loop.name();
  }

  @Override
  public int threads() {
    return loop.threads();
  }

  @Override
  public Work work(Duration duration) throws Exception {
    Meter process = new Meter();
    Work work = loop.work(duration);
    long others = process.processCpuNanos() - work.cpuNanos();
    return threads() < PROCESSORS ? work : work.without(others, PROCESSORS);
  }

  @Override
  public void close() throws Exception {
    loop.close();
  }
}
