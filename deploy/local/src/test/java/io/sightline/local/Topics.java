// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes references to topics of a broker, and reads what the job made of them. */
final class Topics {

  /** Below the timeout of the tests that read, so that they fail with what was found. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final EmbeddedBroker broker;

  Topics(EmbeddedBroker broker) {
    this.broker = broker;
  }

  /** Writes references in Avro's single-object encoding, keyed by id, spread by their key. */
  void publish(String topic, List<ImageReference> references) throws Exception {
    List<byte[]> values = new ArrayList<>();
    for (ImageReference reference : references) {
      values.add(ImageReference.getEncoder().encode(reference).array());
    }
    publish(topic, values, references.stream().map(ImageReference::getId).toList());
  }

  /** Writes raw values, each with its key. */
  void publish(String topic, List<byte[]> values, List<@Nullable String> keys) throws Exception {
    publish(topic, values, keys, Collections.nCopies(values.size(), null));
  }

  /** Writes raw values, each with its key and its time; null is now. */
  void publish(
      String topic,
      List<byte[]> values,
      List<@Nullable String> keys,
      List<@Nullable Instant> timestamps)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < values.size(); i++) {
        String key = keys.get(i);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topic,
                    null,
                    timestamps.get(i) == null ? null : timestamps.get(i).toEpochMilli(),
                    key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                    values.get(i))));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  /**
   * Reads committed events from the start of a topic; fails where there are not as many in time.
   */
  List<ClassificationEvent> events(String topic, int count) throws IOException {
    return eventsAt(broker.bootstrapServers(), topic, count);
  }

  /** Reads committed events of another broker, as {@link #events} does. */
  static List<ClassificationEvent> eventsAt(String bootstrapServers, String topic, int count)
      throws IOException {
    List<ClassificationEvent> events = new ArrayList<>();
    for (byte[] value : committed(bootstrapServers, topic, count)) {
      events.add(ClassificationEvent.getDecoder().decode(value));
    }
    return events;
  }

  /** Reads committed rejections, as {@link #events} does. */
  List<Rejection> rejections(String topic, int count) throws IOException {
    List<Rejection> rejections = new ArrayList<>();
    for (byte[] value : committed(broker.bootstrapServers(), topic, count)) {
      rejections.add(Rejection.getDecoder().decode(value));
    }
    return rejections;
  }

  /** Reads committed reports, as {@link #events} does. */
  List<EvaluationReport> reports(String topic, int count) throws IOException {
    List<EvaluationReport> reports = new ArrayList<>();
    for (byte[] value : committed(broker.bootstrapServers(), topic, count)) {
      reports.add(EvaluationReport.getDecoder().decode(value));
    }
    return reports;
  }

  /** How many records are committed in a topic. */
  int count(String topic) {
    return committed(broker.bootstrapServers(), topic, 0).size();
  }

  private static List<byte[]> committed(String bootstrapServers, String topic, int count) {
    List<byte[]> values = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        fromStart(bootstrapServers, topic, "read_committed")) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
          keys.add(text(record.key()));
        }
      }
      if (values.size() < count) {
        throw new AssertionError(missing(bootstrapServers, topic, count, keys, consumer));
      }
      // What is committed beyond the number that was asked for is a double: it must be seen.
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private static KafkaConsumer<byte[], byte[]> fromStart(
      String bootstrapServers, String topic, String isolation) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", isolation),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  /** Tells what was never written from what is written and not committed. */
  private static String missing(
      String bootstrapServers,
      String topic,
      int count,
      List<String> committed,
      KafkaConsumer<byte[], byte[]> readCommitted) {
    List<String> written = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        fromStart(bootstrapServers, topic, "read_uncommitted")) {
      long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          written.add(record.partition() + "@" + record.offset() + " " + text(record.key()));
        }
      }
      return "%d of %d records of %s are committed: %s%nWritten: %s%nStable: %s, ends: %s"
          .formatted(
              committed.size(),
              count,
              topic,
              committed,
              written,
              readCommitted.endOffsets(readCommitted.assignment()),
              consumer.endOffsets(consumer.assignment()));
    }
  }

  private static String text(byte @Nullable [] key) {
    return key == null ? "(no key)" : new String(key, StandardCharsets.UTF_8);
  }
}
