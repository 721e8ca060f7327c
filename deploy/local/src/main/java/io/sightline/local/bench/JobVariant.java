// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * The whole classify job, Kafka to Kafka: references in, Avro events out, exactly once with
 * checkpoints of 1 s. Every measurement starts the job, warms it up, publishes as many references
 * as it took in its last measurement, and ends when as many events have reached the topic; between
 * measurements no job runs. CPU time and heap are those of the whole process, broker included.
 */
final class JobVariant implements Variant {

  private static final double FIRST_GUESS_PER_SECOND_AND_THREAD = 500;
  private static final int WARM_UP_IMAGES_A_SLOT = 256;

  /** How much more is published than the job took last time, so that it never runs dry. */
  private static final double SUPPLY = 2;

  private static final Duration POLL = Duration.ofMillis(600);

  private final String name;
  private final BenchJob.Setup setup;
  private double imagesPerNano;
  private int runs;

  /** A job that is not started yet. */
  JobVariant(String name, BenchJob.Setup setup) {
    this.name = name;
    this.setup = setup;
    this.imagesPerNano = FIRST_GUESS_PER_SECOND_AND_THREAD * setup.slots() / 1e9;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int threads() {
    return setup.slots();
  }

  @Override
  public Work work(Duration duration) throws Exception {
    String id = "%s-%d-%d-%d".formatted(name, setup.slots(), setup.partitions(), runs++);
    List<Long> eventMillis = new ArrayList<>();
    try (BenchJob job =
        new BenchJob(setup, id, Map.of(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1 << 20))) {
      long warmUp = (long) WARM_UP_IMAGES_A_SLOT * setup.slots();
      job.publish(warmUp + Math.round(SUPPLY * duration.toNanos() * imagesPerNano));
      while (eventMillis.size() < warmUp) {
        poll(job, eventMillis);
      }
      Meter meter = new Meter();
      long startMillis = System.currentTimeMillis();
      long started = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      long endMillis = System.currentTimeMillis();
      long nanos = System.nanoTime() - started;
      long cpuNanos = meter.processCpuNanos();
      long heapBytes = meter.processHeapBytes();
      long count = written(job, eventMillis, startMillis, endMillis);
      imagesPerNano = (double) count / nanos;
      return new Work(
          count, nanos, cpuNanos, heapBytes, job.checkpoints().durations(startMillis, endMillis));
    }
  }

  /**
   * Counts the events that were written within a time, by the timestamps of their records; the
   * consumer rests meanwhile.
   */
  private static long written(
      BenchJob job, List<Long> eventMillis, long startMillis, long endMillis) throws Exception {
    while (eventMillis.stream().noneMatch(millis -> millis >= endMillis)) {
      poll(job, eventMillis);
    }
    for (int i = 0; i < 4; i++) { // what another slot wrote at the same time
      poll(job, eventMillis);
    }
    return eventMillis.stream()
        .filter(millis -> millis >= startMillis && millis < endMillis)
        .count();
  }

  private static void poll(BenchJob job, List<Long> eventMillis) throws Exception {
    job.poll(POLL).forEach(event -> eventMillis.add(event.timestamp()));
  }

  @Override
  public void close() {}
}
