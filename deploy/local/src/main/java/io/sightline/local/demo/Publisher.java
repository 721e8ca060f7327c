// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.dataset.LabelledImage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes references as JSON at a steady rate, from a thread of its own. */
final class Publisher implements AutoCloseable {

  static final int MOST_PER_SECOND = 10_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final KafkaProducer<byte[], byte[]> producer;
  private final ScheduledExecutorService thread;
  private final ScheduledFuture<?> publishing;

  /** Starts to publish. */
  Publisher(String bootstrapServers, String topic, List<LabelledImage> images, int perSecond) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread daemon = new Thread(work, "demo-publisher");
              daemon.setDaemon(true);
              return daemon;
            });
    Iterator<LabelledImage> remaining = images.iterator();
    publishing =
        thread.scheduleAtFixedRate(
            () -> {
              if (remaining.hasNext()) {
                LabelledImage image = remaining.next();
                var unused =
                    producer.send(
                        new ProducerRecord<>(
                            topic,
                            image.name().getBytes(StandardCharsets.UTF_8),
                            reference(image).getBytes(StandardCharsets.UTF_8)));
              }
            },
            0,
            TimeUnit.SECONDS.toNanos(1) / perSecond,
            TimeUnit.NANOSECONDS);
  }

  /** The reference as the job's source takes it: {@code source.format: json}. */
  static String reference(LabelledImage image) {
    ObjectNode reference = JSON.createObjectNode();
    reference.put("id", image.name());
    reference.put("uri", image.file().toUri().toString());
    if (image.classId() != null) {
      reference.put("label", image.classId().toString());
    }
    reference.put("submitted_at", System.currentTimeMillis());
    return reference.toString();
  }

  /** Throws what has ended the publishing too early. */
  void check() throws InterruptedException {
    if (publishing.isDone()) {
      try {
        publishing.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("The references were not published", e.getCause());
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    producer.close(Duration.ofSeconds(1));
  }
}
