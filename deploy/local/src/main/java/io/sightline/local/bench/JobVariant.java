// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

/**
 * The whole classify job, Kafka to Kafka: references in, Avro events out, exactly once with
 * checkpoints of 1 s. Every measurement publishes more references than the job can take, starts it,
 * warms it up, and counts the events that reach the topic within the time; between measurements no
 * job runs. CPU time and heap are those of the whole process, broker included.
 */
final class JobVariant implements Variant {

  private static final double FIRST_GUESS_PER_SECOND_AND_THREAD = 500;
  private static final int WARM_UP_IMAGES_A_THREAD = 256;

  /** Published after the measurement, so that an event comes that is later. */
  private static final int END_IMAGES = 64;

  /** How much more is published than the job took last time, so that it never runs dry. */
  private static final double SUPPLY = 2;

  /**
   * So many times as long as it measures, a job waits at most for the JIT compilers to be done with
   * what its start has left them.
   */
  private static final int SETTLE_FACTOR = 3;

  /** How the names of the threads of {@code ClassifyFunction}'s workers begin. */
  private static final String WORKERS = "sightline-classify-";

  private static final Duration POLL = Duration.ofMillis(600);

  private final String name;
  private final BenchJob.Setup setup;
  private double imagesPerNano;
  private int runs;

  /** A job that is not started yet. */
  JobVariant(String name, BenchJob.Setup setup) {
    this.name = name;
    this.setup = setup;
    this.imagesPerNano = FIRST_GUESS_PER_SECOND_AND_THREAD * setup.threads() / 1e9;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int threads() {
    return setup.threads();
  }

  @Override
  public Work work(Duration duration) throws Exception {
    Work work = attempt(duration);
    while (work == null) { // faster by so much than last time that its input ran dry
      work = attempt(duration);
    }
    JitCompilers.awaitSettled(settleSeconds(duration)); // its end leaves them something, too
    return work;
  }

  private static long settleSeconds(Duration duration) {
    return SETTLE_FACTOR * duration.toSeconds();
  }

  private @Nullable Work attempt(Duration duration) throws Exception {
    String id = "%s-%d-%d".formatted(name, setup.threads(), runs++);
    List<Long> eventMillis = new ArrayList<>();
    try (BenchJob job =
        new BenchJob(setup, id, Map.of(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1 << 20))) {
      long warmUp = (long) WARM_UP_IMAGES_A_THREAD * setup.threads();
      long nanos = duration.toNanos() + TimeUnit.SECONDS.toNanos(settleSeconds(duration));
      long supply = warmUp + Math.round(SUPPLY * nanos * imagesPerNano);
      job.publish(supply);
      while (eventMillis.size() < warmUp) {
        poll(job, eventMillis);
      }
      JitCompilers.awaitSettled(settleSeconds(duration));
      Meter meter = new Meter(WORKERS);
      JitCompilers compilers = new JitCompilers();
      long startMillis = System.currentTimeMillis();
      long started = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      long endMillis = System.currentTimeMillis();
      nanos = System.nanoTime() - started;
      double jitShare = compilers.share();
      long workersCpuNanos = meter.namedCpuNanos();
      long cpuNanos = meter.processCpuNanos();
      long heapBytes = meter.processHeapBytes();
      job.publish(END_IMAGES);
      readUntil(job, eventMillis, endMillis);
      long[] before = eventMillis.stream().mapToLong(m -> m).filter(m -> m < endMillis).toArray();
      if (before.length >= supply) {
        imagesPerNano = SUPPLY * Math.max(imagesPerNano, latePace(before));
        return null;
      }
      long count =
          eventMillis.stream()
              .filter(millis -> millis >= startMillis && millis < endMillis)
              .count();
      imagesPerNano = (double) count / nanos;
      return new Work(
          count,
          started,
          nanos,
          cpuNanos,
          heapBytes,
          new JobWork(
              workersCpuNanos, jitShare, job.checkpoints().durations(startMillis, endMillis)));
    }
  }

  /** Images a nanosecond in the later half of the events: the job was cold in the earlier one. */
  private static double latePace(long[] eventMillis) {
    long[] sorted = eventMillis.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    long millis = Math.max(1, sorted[sorted.length - 1] - sorted[half]);
    return (double) (sorted.length - half) / TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /**
   * Reads the events that were written until a time, by the timestamps of their records; the
   * consumer has rested meanwhile.
   */
  private static void readUntil(BenchJob job, List<Long> eventMillis, long endMillis)
      throws Exception {
    while (eventMillis.stream().noneMatch(millis -> millis >= endMillis)) {
      poll(job, eventMillis);
    }
    for (int i = 0; i < 4; i++) { // what another slot wrote at the same time
      poll(job, eventMillis);
    }
  }

  private static void poll(BenchJob job, List<Long> eventMillis) throws Exception {
    job.poll(POLL).forEach(event -> eventMillis.add(event.timestamp()));
  }

  @Override
  public void close() {}
}
