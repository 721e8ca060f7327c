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
 * @param millis one value an image
 */
record Latency(Duration interval, Percentiles millis) {

  private static final int WARM_UP_IMAGES = 128;
  private static final int INTERVALS = 6;
  private static final Duration AT_LEAST = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);

  /** Runs a job with this checkpoint interval for six intervals, but 30 s at least. */
  static Latency measure(BenchJob.Setup setup, Duration interval, int imagesPerSecond)
      throws Exception {
    Duration duration = interval.multipliedBy(INTERVALS);
    if (duration.compareTo(AT_LEAST) < 0) {
      duration = AT_LEAST;
    }
    int images = Math.toIntExact(duration.toSeconds() * imagesPerSecond);
    BenchJob.Setup ofInterval =
        setup.with(Map.of("execution.checkpointing.interval", interval.toMillis() + " ms"));
    String id = "latency-%d-%d".formatted(interval.toMillis(), System.nanoTime());
    ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
    try (BenchJob job = new BenchJob(ofInterval, id, Map.of("isolation.level", "read_committed"))) {
      job.publish(WARM_UP_IMAGES);
      int warm = 0;
      while (warm < WARM_UP_IMAGES) {
        warm += job.poll(POLL).count();
      }
      ScheduledFuture<?> publishing =
          publisher.scheduleAtFixedRate(
              job::publishNext, 0, 1_000_000_000L / imagesPerSecond, TimeUnit.NANOSECONDS);
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
      return new Latency(interval, new Percentiles(millis));
    } finally {
      publisher.shutdownNow();
    }
  }
}
