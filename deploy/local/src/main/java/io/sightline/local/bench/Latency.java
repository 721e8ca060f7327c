// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.local.Percentiles;
import io.sightline.schemas.ClassificationEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * How long an image takes from the publication of its reference until a consumer that reads {@code
 * read_committed} has its event, at a rate that the job keeps up with. Exactly once, the next
 * checkpoint decides it.
 *
 * @param interval of the checkpoints
 * @param imagesPerSecond at which references were published
 * @param millis one value an image
 */
record Latency(Duration interval, double imagesPerSecond, Percentiles millis) {

  /** More than this a second are not published, however fast the job is. */
  private static final double MOST_PER_SECOND = 20;

  /** Of the pace that the job has while it warms up: the queue on its way stays short. */
  private static final double SHARE_OF_PACE = 0.5;

  private static final int WARM_UP_IMAGES = 128;
  private static final int WARM_UP_BATCHES_A_THREAD = 8;
  private static final int INTERVALS = 6;
  private static final Duration AT_LEAST = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);

  /** Runs a job with this checkpoint interval for six intervals, but 30 s at least. */
  static Latency measure(BenchJob.Setup setup, Duration interval) throws Exception {
    Duration duration = interval.multipliedBy(INTERVALS);
    if (duration.compareTo(AT_LEAST) < 0) {
      duration = AT_LEAST;
    }
    BenchJob.Setup ofInterval =
        setup.with(Map.of("execution.checkpointing.interval", interval.toMillis() + " ms"));
    String id = "latency-%d-%d".formatted(interval.toMillis(), System.nanoTime());
    ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
    try (BenchJob job = new BenchJob(ofInterval, id, Map.of("isolation.level", "read_committed"))) {
      double imagesPerSecond = rate(warmUp(job, setup));
      long images = Math.max(1, Math.round(duration.toSeconds() * imagesPerSecond));
      ScheduledFuture<?> publishing =
          publisher.scheduleAtFixedRate(
              job::publishNext,
              0,
              Math.round(TimeUnit.SECONDS.toNanos(1) / imagesPerSecond),
              TimeUnit.NANOSECONDS);
      List<Long> millis = new ArrayList<>();
      while (millis.size() < images) {
        if (publishing.isDone()) {
          publishing.get(); // it ends by a failure only
        }
        for (ConsumerRecord<byte[], byte[]> event : job.poll(POLL)) {
          long submitted =
              ClassificationEvent.getDecoder()
                  .decode(event.value())
                  .getSubmittedAt()
                  .toEpochMilli();
          millis.add(System.currentTimeMillis() - submitted);
        }
      }
      publishing.cancel(false);
      return new Latency(interval, imagesPerSecond, new Percentiles(millis));
    } finally {
      publisher.shutdownNow();
    }
  }

  /** Images a second that a job keeps up with, by when the events of its warm-up were written. */
  static double rate(List<Long> eventMillis) {
    double pace = TimeUnit.SECONDS.toNanos(1) * JobVariant.latePace(eventMillis);
    return Math.min(MOST_PER_SECOND, SHARE_OF_PACE * pace);
  }

  /**
   * Lets the job take references that lie there all at once; gives when its events were written.
   */
  private static List<Long> warmUp(BenchJob job, BenchJob.Setup setup) throws Exception {
    int images =
        Math.max(WARM_UP_IMAGES, WARM_UP_BATCHES_A_THREAD * setup.batchSize() * setup.threads());
    job.publish(images);
    List<Long> eventMillis = new ArrayList<>();
    while (eventMillis.size() < images) {
      job.poll(POLL).forEach(event -> eventMillis.add(event.timestamp()));
    }
    return eventMillis;
  }
}
