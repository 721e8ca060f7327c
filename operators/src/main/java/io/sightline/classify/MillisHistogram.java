// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;

/**
 * A histogram of milliseconds that keeps their fractions: quantiles, mean and deviation are of
 * nanoseconds. Flink has whole numbers for the least and the greatest value alone; those are
 * rounded. Thread-safe where its reservoir is.
 */
final class MillisHistogram implements Histogram {

  private static final double NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final com.codahale.metrics.Histogram nanos;

  MillisHistogram(Reservoir reservoir) {
    this.nanos = new com.codahale.metrics.Histogram(reservoir);
  }

  void updateNanos(long value) {
    nanos.update(value);
  }

  @Override
  public void update(long millis) {
    updateNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Override
  public long getCount() {
    return nanos.getCount();
  }

  @Override
  public HistogramStatistics getStatistics() {
    return new Statistics(nanos.getSnapshot());
  }

  private static final class Statistics extends HistogramStatistics {

    private final Snapshot snapshot;

    Statistics(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public double getQuantile(double quantile) {
      return snapshot.getValue(quantile) / NANOS;
    }

    @Override
    public long[] getValues() {
      return Arrays.stream(snapshot.getValues()).map(Statistics::rounded).toArray();
    }

    @Override
    public int size() {
      return snapshot.size();
    }

    @Override
    public double getMean() {
      return snapshot.getMean() / NANOS;
    }

    @Override
    public double getStdDev() {
      return snapshot.getStdDev() / NANOS;
    }

    @Override
    public long getMax() {
      return rounded(snapshot.getMax());
    }

    @Override
    public long getMin() {
      return rounded(snapshot.getMin());
    }

    private static long rounded(long nanos) {
      return Math.round(nanos / NANOS);
    }
  }
}
