// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A loop of ten images in 100 s that takes no CPU time, beside others that take some. */
class BesideJobTest {

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long NANOS = TimeUnit.SECONDS.toNanos(100);

  @Test
  void whatOthersTakeIsGivenBackToALoopThatHasAThreadForEachProcessor() throws Exception {
    long given = NANOS - beside(PROCESSORS).nanos();

    // The process's CPU time is counted in ticks of 10 ms.
    assertThat(given).isBetween(BUSY_NANOS / PROCESSORS / 2, NANOS / 2);
  }

  @Test
  void aLoopThatLeavesAProcessorToOthersGetsNothing() throws Exception {
    assertThat(beside(PROCESSORS - 1).nanos()).isEqualTo(NANOS);
  }

  private static Variant.Work beside(int threads) throws Exception {
    return new BesideJob(new Idle(threads)).work(Duration.ZERO);
  }

  private record Idle(int threads) implements Variant {

    @Override
    public String name() {
      return "idle";
    }

    @Override
    public Work work(Duration duration) {
      long end = Meter.threadCpuNanos() + BUSY_NANOS;
      while (Meter.threadCpuNanos() < end) {
        Thread.onSpinWait();
      }
      return new Work(10, 0, NANOS, 0, 0, null);
    }

    @Override
    public void close() {}
  }
}
