// SPDX-License-Identifier: Apache-2.0
package io.sightline.batch;

import io.sightline.batch.BatchWindow.Row;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Time of one row through the window, its release included, alone and against another thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchWindowBenchmark {

  private static final int THREADS = 2;
  private static final Integer ITEM = 1;

  @Param({"1", "8", "64"})
  private int maxSize;

  private BatchWindow<Integer> window;

  @Setup(Level.Iteration)
  public void open() {
    window = new BatchWindow<>(maxSize, Duration.ofMillis(50), THREADS + 1, 1024, System::nanoTime);
  }

  @Benchmark
  @Threads(1)
  public Object oneThread() {
    return row();
  }

  @Benchmark
  @Threads(THREADS)
  public Object twoThreads() {
    return row();
  }

  private Row<Integer> row() {
    Row<Integer> row = Objects.requireNonNull(window.reserve(ITEM), "no free buffer");
    Batch<Integer> batch = window.complete(row);
    if (batch != null) {
      window.release(batch);
    }
    return row;
  }
}
