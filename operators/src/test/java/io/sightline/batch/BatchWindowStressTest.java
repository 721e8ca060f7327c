// SPDX-License-Identifier: Apache-2.0
package io.sightline.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.batch.BatchWindow.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Threads that do what workers do: reserve, write, complete or abandon, run, release. Each item's
 * fate is drawn from a seed.
 */
class BatchWindowStressTest {

  private static final int ITEMS = 40_000;
  private static final int LONGS = 32;
  private static final int NEVER = 0;
  private static final int ABANDONED = 1;
  private static final int RUN = 2;

  @ParameterizedTest
  @CsvSource({"1,1,0,1", "2,4,200,2", "4,8,50,3", "4,3,0,4", "8,16,1000,5", "3,2,1000000,6"})
  @Timeout(60)
  void everyItemIsRunOnceWithItsOwnBytesAndNobodyStarves(
      int threads, int maxSize, long delayMicros, long seed) throws Exception {
    BatchWindow<Integer> window =
        new BatchWindow<>(
            maxSize,
            Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(delayMicros)),
            threads + 1,
            LONGS * Long.BYTES,
            System::nanoTime);
    Model model = new Model(window, seed);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> working = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        working.add(executor.submit(model::work));
      }
      for (Future<?> worker : working) {
        worker.get();
      }
    } finally {
      executor.shutdownNow();
    }
    Batch<Integer> last = model.waitForLast();
    if (last != null) {
      model.run(last);
    }
    assertThat(window.inflight()).isZero();
    for (int item = 0; item < ITEMS; item++) {
      assertThat(model.fates.get(item))
          .as("item %d", item)
          .isEqualTo(model.isAbandoned(item) ? ABANDONED : RUN);
    }
    assertThat(model.largest.get()).isLessThanOrEqualTo(maxSize);
  }

  private static final class Model {

    private final BatchWindow<Integer> window;
    private final long seed;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger largest = new AtomicInteger();
    private final AtomicIntegerArray fates = new AtomicIntegerArray(ITEMS);

    Model(BatchWindow<Integer> window, long seed) {
      this.window = window;
      this.seed = seed;
    }

    void work() {
      for (int item = next.getAndIncrement(); item < ITEMS; item = next.getAndIncrement()) {
        Row<Integer> row = window.reserve(item);
        assertThat(row).as("a row for item %d", item).isNotNull();
        Batch<Integer> batch;
        if (isAbandoned(item)) {
          row.memory().putLong(0, -1); // half written
          end(item, ABANDONED);
          batch = window.abandon(row);
        } else {
          for (int i = 0; i < LONGS; i++) {
            row.memory().putLong(i * Long.BYTES, pattern(item, i));
          }
          batch = window.complete(row);
        }
        if (batch == null && item % 7 == 0) {
          batch = window.sealExpired();
        }
        if (batch != null) {
          run(batch);
        }
      }
    }

    void run(Batch<Integer> batch) {
      assertThat(batch.size()).isPositive();
      largest.accumulateAndGet(batch.size(), Math::max);
      for (int row = 0; row < batch.size(); row++) {
        int item = batch.item(row);
        for (int i = 0; i < LONGS; i++) {
          long found = batch.memory().getLong((row * LONGS + i) * Long.BYTES);
          if (found != pattern(item, i)) {
            throw new AssertionError("row %d has not the bytes of item %d".formatted(row, item));
          }
        }
        end(item, RUN);
      }
      window.release(batch);
    }

    /** What is open once nobody adds to it any more; null where nothing is. */
    Batch<Integer> waitForLast() throws InterruptedException {
      long nanos = window.nanosToDeadline();
      if (nanos == Long.MAX_VALUE) {
        return null;
      }
      TimeUnit.NANOSECONDS.sleep(nanos);
      while (window.nanosToDeadline() > 0) {
        Thread.onSpinWait();
      }
      return window.sealExpired();
    }

    boolean isAbandoned(int item) {
      return new SplittableRandom(seed * ITEMS + item).nextInt(5) == 0;
    }

    private void end(int item, int fate) {
      if (!fates.compareAndSet(item, NEVER, fate)) {
        throw new AssertionError("item %d ended twice".formatted(item));
      }
    }

    private static long pattern(int item, int i) {
      return item * 0x9E3779B97F4A7C15L + i;
    }
  }
}
