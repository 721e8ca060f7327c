// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The book of what was published and of what is committed, as a reader with {@code read_committed}
 * sees it. A line is written after each trial: it holds the sums of everything so far.
 */
final class OutcomeLedger implements AutoCloseable {

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String eventsTopic;
  private final Set<String> published = new LinkedHashSet<>();
  private final Map<String, Integer> events = new HashMap<>();
  private final Map<String, Integer> rejections = new HashMap<>();
  private final List<String> lines = new ArrayList<>();

  private OutcomeLedger(KafkaConsumer<byte[], byte[]> consumer, String eventsTopic) {
    this.consumer = consumer;
    this.eventsTopic = eventsTopic;
  }

  static OutcomeLedger open(EmbeddedBroker broker, String eventsTopic, String rejectionsTopic) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        Stream.of(eventsTopic, rejectionsTopic)
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return new OutcomeLedger(consumer, eventsTopic);
  }

  void published(Collection<String> ids) {
    published.addAll(ids);
  }

  /** References that have no committed outcome yet. */
  int open() {
    return (int) published.stream().filter(id -> outcomes(id) == 0).count();
  }

  /** Reads what has been committed since. */
  void read(Duration patience) throws IOException {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      if (record.topic().equals(eventsTopic)) {
        events.merge(
            ClassificationEvent.getDecoder().decode(record.value()).getReferenceId(),
            1,
            Integer::sum);
      } else {
        Rejection rejection = Rejection.getDecoder().decode(record.value());
        rejections.merge(
            StandardCharsets.UTF_8.decode(rejection.getOrigin().getKey().duplicate()).toString(),
            1,
            Integer::sum);
      }
    }
  }

  /** Reads until at most so many references are without an outcome. */
  void awaitOpen(int most, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (open() > most && System.nanoTime() < deadline) {
      read(Duration.ofMillis(200));
    }
    assertThat(open())
        .as("references without an outcome after %s: %s", patience, lines)
        .isLessThanOrEqualTo(most);
  }

  /**
   * Reads until every reference has an outcome, and goes on for some time, for the doubles; then
   * writes a line. Fails where one has none, or two.
   *
   * @param remark what else the line says, asked for at the end
   */
  void settle(String trial, Callable<String> remark, Duration patience) throws Exception {
    long deadline = System.nanoTime() + patience.toNanos();
    while (open() > 0 && System.nanoTime() < deadline) {
      read(Duration.ofMillis(200));
    }
    long later = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (System.nanoTime() < later) {
      read(Duration.ofMillis(200));
    }
    List<String> lost = published.stream().filter(id -> outcomes(id) == 0).toList();
    List<String> doubled = published.stream().filter(id -> outcomes(id) > 1).toList();
    int eventCount = events.values().stream().mapToInt(Integer::intValue).sum();
    int rejectionCount = rejections.values().stream().mapToInt(Integer::intValue).sum();
    lines.add(
        "%-40s %9d %8d %10d %5d %8d  %s"
            .formatted(
                trial,
                published.size(),
                eventCount,
                rejectionCount,
                lost.size(),
                doubled.size(),
                remark.call()));
    assertThat(lost).as("lost, in %s", this).isEmpty();
    assertThat(doubled).as("doubled, in %s", this).isEmpty();
    assertThat(eventCount + rejectionCount)
        .as("of nobody, in %s", this)
        .isEqualTo(published.size());
  }

  private int outcomes(String id) {
    return events.getOrDefault(id, 0) + rejections.getOrDefault(id, 0);
  }

  int rejections() {
    return rejections.size();
  }

  @Override
  public String toString() {
    return "%n%-40s %9s %8s %10s %5s %8s%n"
            .formatted("trial", "published", "events", "rejections", "lost", "doubled")
        + String.join(System.lineSeparator(), lines);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
