// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import com.codahale.metrics.SlidingWindowReservoir;
import io.sightline.metrics.MetricNames;
import io.sightline.reference.Reason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.apache.flink.dropwizard.metrics.DropwizardHistogramWrapper;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

/**
 * Metrics of the classify operator, under {@code <operator>.model.<name>.provider.<provider>};
 * their names and units are those of {@link MetricNames}. Thread-safe. Histograms are over the last
 * {@value #WINDOW} values.
 */
final class ClassifyMetrics {

  private static final int WINDOW = 1024;

  private final MetricGroup group;
  private final ThreadSafeSimpleCounter classified = new ThreadSafeSimpleCounter();
  private final ThreadSafeSimpleCounter batchesFailed = new ThreadSafeSimpleCounter();
  private final ThreadSafeSimpleCounter sentToRetry = new ThreadSafeSimpleCounter();
  private final Map<Reason, ThreadSafeSimpleCounter> rejected = new ConcurrentHashMap<>();
  private final Histogram batchSize;
  private final MillisHistogram batchLatency;
  private final MillisHistogram inferenceTime;
  private final MillisHistogram fetchTime;
  private final MillisHistogram decodeTime;
  private final MillisHistogram queueTime;
  private final Histogram eventAge;

  ClassifyMetrics(MetricGroup group) {
    this.group = group;
    group.counter(MetricNames.NUM_IMAGES_CLASSIFIED, classified);
    group.counter(MetricNames.NUM_BATCHES_FAILED, batchesFailed);
    group.counter(MetricNames.NUM_REFERENCES_RETRIED, sentToRetry);
    for (Reason reason : Reason.values()) {
      switch (reason.stage()) {
        case PARSE, EVALUATE -> {} // counted where they are given, which is seldom here
        case FETCH, DECODE, INFERENCE, CLASSIFY -> rejected.put(reason, counter(reason));
      }
    }
    batchSize = histogram(MetricNames.BATCH_SIZE);
    batchLatency = millis(MetricNames.BATCH_LATENCY_MS);
    inferenceTime = millis(MetricNames.INFERENCE_TIME_MS);
    fetchTime = millis(MetricNames.FETCH_TIME_MS);
    decodeTime = millis(MetricNames.DECODE_TIME_MS);
    queueTime = millis(MetricNames.QUEUE_TIME_MS);
    eventAge = histogram(MetricNames.EVENT_AGE_MS);
  }

  private Histogram histogram(String name) {
    return group.histogram(
        name,
        new DropwizardHistogramWrapper(
            new com.codahale.metrics.Histogram(new SlidingWindowReservoir(WINDOW))));
  }

  private MillisHistogram millis(String name) {
    return group.histogram(name, new MillisHistogram(new SlidingWindowReservoir(WINDOW)));
  }

  /** Registers what is read and not counted. */
  void gauge(String name, Gauge<?> gauge) {
    group.gauge(name, gauge);
  }

  void classified(long ageMillis) {
    classified.inc();
    eventAge.update(Math.max(0, ageMillis));
  }

  void rejected(Reason reason) {
    rejected.computeIfAbsent(reason, this::counter).inc();
  }

  private ThreadSafeSimpleCounter counter(Reason reason) {
    return group
        .addGroup(MetricNames.STAGE, reason.stage().label())
        .addGroup(MetricNames.REASON, reason.label())
        .counter(MetricNames.NUM_IMAGES_REJECTED, new ThreadSafeSimpleCounter());
  }

  void sentToRetry() {
    sentToRetry.inc();
  }

  void batchRun(int size, long latencyNanos, long inferenceNanos) {
    batchSize.update(size);
    batchLatency.updateNanos(latencyNanos);
    inferenceTime.updateNanos(inferenceNanos);
  }

  void batchFailed() {
    batchesFailed.inc();
  }

  void fetched(long nanos) {
    fetchTime.updateNanos(nanos);
  }

  void decoded(long queueNanos, long decodeNanos) {
    queueTime.updateNanos(queueNanos);
    decodeTime.updateNanos(decodeNanos);
  }

  /** Share of the workers' time that was busy between two readings, 0 to 1. Thread-safe. */
  static final class BusyRatio implements Gauge<Double> {

    private final LongAdder busyNanos = new LongAdder();
    private final int workers;
    private final LongSupplier nanoClock;
    private long lastBusy;
    private long lastRead;

    BusyRatio(int workers, LongSupplier nanoClock) {
      this.workers = workers;
      this.nanoClock = nanoClock;
      this.lastRead = nanoClock.getAsLong();
    }

    void add(long nanos) {
      busyNanos.add(nanos);
    }

    @Override
    public synchronized Double getValue() {
      long now = nanoClock.getAsLong();
      long busy = busyNanos.sum();
      double ratio = (double) (busy - lastBusy) / Math.max(1, (now - lastRead) * workers);
      lastBusy = busy;
      lastRead = now;
      return Math.min(1.0, ratio);
    }
  }
}
