// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.SourceSettings;
import io.sightline.config.SourceSettings.Start;
import io.sightline.reference.SourceRecord;
import io.sightline.source.KafkaSources;
import io.sightline.source.SubmittedAt;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Where the source starts, and that it finds what comes later. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KafkaSourceIT {

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(2);

  /** Within the retention: the broker deletes older records, sometimes before they are read. */
  private static final long FIRST_TIMESTAMP = System.currentTimeMillis() - 60_000;

  /** What jobs have read whose results are not collected. */
  private static final BlockingQueue<String> READ = new LinkedBlockingQueue<>();

  @TempDir private static Path folder;

  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = EmbeddedBroker.create();
  }

  @AfterAll
  static void closeBroker() {
    broker.close();
  }

  @Test
  void theRecordComesWithItsKeyPlaceAndTime() throws Exception {
    broker.createTopic("whole", 1);
    publish("whole", 0, "value-0");

    try (Reading reading = read(settings("whole", Start.EARLIEST, null))) {
      SourceRecord record = reading.next();
      assertThat(record.topic()).isEqualTo("whole");
      assertThat(record.partition()).isZero();
      assertThat(record.offset()).isZero();
      assertThat(record.timestamp()).isEqualTo(FIRST_TIMESTAMP);
      assertThat(record.key()).isEqualTo("key-0".getBytes(UTF_8));
      assertThat(record.value()).isEqualTo("value-0".getBytes(UTF_8));
    }
  }

  @Test
  void aTimestampStartsAtTheFirstRecordThatIsNotOlder() throws Exception {
    broker.createTopic("by-time", 1);
    publish("by-time", 0, "a", "b", "c", "d");

    try (Reading reading =
        read(settings("by-time", Start.TIMESTAMP, Instant.ofEpochMilli(FIRST_TIMESTAMP + 2)))) {
      assertThat(reading.values(2)).containsExactly("c", "d");
    }
  }

  @Test
  void latestLeavesOutWhatWasThere() throws Exception {
    broker.createTopic("newest", 1);
    publish("newest", 0, "old", "old");

    try (Reading reading = read(settings("newest", Start.LATEST, null))) {
      Thread publisher =
          new Thread(
              () -> {
                try {
                  while (true) { // the source is somewhere between its start and its first fetch
                    publish("newest", 10, "new");
                    Thread.sleep(200);
                  }
                } catch (Exception e) {
                  // the test has ended
                }
              });
      publisher.start();
      try {
        assertThat(reading.values(3)).containsOnly("new");
      } finally {
        publisher.interrupt();
        publisher.join();
      }
    }
  }

  @Test
  void aRestoredJobLosesNoneOfWhatIsLeftWhereItsOffsetIsGone() throws Exception {
    broker.createTopic("deleted", 1);
    publish("deleted", 0, "a");
    SourceSettings settings =
        settings("deleted", Start.TIMESTAMP, Instant.ofEpochMilli(FIRST_TIMESTAMP));
    JobClient job = start(settings, null);
    assertThat(READ.take()).isEqualTo("a");
    String savepoint =
        job.stopWithSavepoint(false, folder.toUri().toString(), SavepointFormatType.CANONICAL)
            .get();
    publish("deleted", 1, "gone", "left", "left too");
    TopicPartition partition = new TopicPartition("deleted", 0);
    broker.admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2))).all().get();

    JobClient restored = start(settings, savepoint);
    try {
      assertThat(READ.take()).isEqualTo("left");
      assertThat(READ.take()).isEqualTo("left too");
    } finally {
      restored.cancel().get();
    }
  }

  private static JobClient start(SourceSettings settings, @Nullable String savepoint)
      throws Exception {
    Configuration configuration = new Configuration();
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.fromSource(KafkaSources.create(settings), SubmittedAt.watermarks(settings), "source")
        .uid("source")
        .map(
            record -> {
              READ.add(new String(record.value(), UTF_8));
              return record;
            })
        .uid("read")
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");
    return env.executeAsync();
  }

  @Test
  void committedFallsBackToTheEarliestAndGoesOnFromTheLastCheckpoint() throws Exception {
    broker.createTopic("going-on", 1);
    publish("going-on", 0, "a", "b", "c");

    try (Reading first = read(settings("going-on", Start.COMMITTED, null))) {
      assertThat(first.values(3)).containsExactly("a", "b", "c");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(committed("group-of-going-on", "going-on")).isEqualTo(3));
    }
    publish("going-on", 3, "d", "e");

    try (Reading second = read(settings("going-on", Start.COMMITTED, null))) {
      assertThat(second.values(2)).containsExactly("d", "e");
    }
  }

  @Test
  void aTopicThatMatchesThePatternIsFoundLater() throws Exception {
    broker.createTopic("growing-1", 1);
    publish("growing-1", 0, "first");
    SourceSettings settings =
        settings(List.of(), "growing-\\d", "group-of-growing", Start.EARLIEST, null);

    try (Reading reading = read(settings)) {
      assertThat(reading.values(1)).containsExactly("first");
      broker.createTopic("growing-2", 1);
      broker.createTopic("growing-no", 1);
      publish("growing-no", 0, "never");
      publish("growing-2", 0, "second");
      assertThat(reading.values(1)).containsExactly("second");
    }
  }

  @Test
  void recordsOfAnAbortedTransactionAreNotRead() throws Exception {
    broker.createTopic("transactions", 1);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "producer"),
            new StringSerializer(),
            new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("transactions", "aborted")).get();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("transactions", "committed")).get();
      producer.commitTransaction();
    }

    try (Reading reading = read(settings("transactions", Start.EARLIEST, null))) {
      assertThat(reading.values(1)).containsExactly("committed");
    }
  }

  private static void publish(String topic, int first, String... values) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < values.length; i++) {
        int number = first + i;
        producer
            .send(
                new ProducerRecord<>(
                    topic, 0, FIRST_TIMESTAMP + number, "key-" + number, values[i]))
            .get();
      }
    }
  }

  private static long committed(String group, String topic) throws Exception {
    OffsetAndMetadata offset =
        broker
            .admin()
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get()
            .get(new TopicPartition(topic, 0));
    return offset == null ? -1 : offset.offset();
  }

  private static Reading read(SourceSettings settings) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.enableCheckpointing(200);
    return new Reading(
        env.fromSource(KafkaSources.create(settings), SubmittedAt.watermarks(settings), "source")
            .executeAndCollect());
  }

  private record Reading(CloseableIterator<SourceRecord> records) implements AutoCloseable {

    SourceRecord next() {
      assertThat(records.hasNext()).isTrue();
      return records.next();
    }

    List<String> values(int count) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        values.add(new String(next().value(), UTF_8));
      }
      return values;
    }

    @Override
    public void close() throws Exception {
      records.close();
    }
  }

  private static SourceSettings settings(
      String topic, Start start, @Nullable Instant startTimestamp) {
    return settings(List.of(topic), null, "group-of-" + topic, start, startTimestamp);
  }

  private static SourceSettings settings(
      List<String> topics,
      @Nullable String pattern,
      String group,
      Start start,
      @Nullable Instant startTimestamp) {
    return new SourceSettings(
        broker.bootstrapServers(),
        topics,
        pattern,
        group,
        start,
        startTimestamp,
        SourceSettings.Format.URI,
        SourceSettings.Id.OFFSET,
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        null,
        Duration.ofSeconds(30),
        1000,
        1000,
        Map.of());
  }
}
