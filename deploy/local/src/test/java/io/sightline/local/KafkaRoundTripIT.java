// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.config.SinkSettings;
import io.sightline.config.SinkSettings.Encoding;
import io.sightline.config.SinkSettings.Guarantee;
import io.sightline.config.SourceSettings;
import io.sightline.reference.Rejections;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.sink.Sinks;
import io.sightline.source.KafkaSources;
import io.sightline.source.ParseFunction;
import io.sightline.source.SubmittedAt;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records travel from Kafka to Kafka in every encoding and with every guarantee. */
@Timeout(120)
class KafkaRoundTripIT {

  private static final int GOOD = 40;
  private static final int BROKEN = 10;

  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = EmbeddedBroker.create();
    broker.createTopic("images", 2);
    List<byte[]> values = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < GOOD + BROKEN; i++) {
      String json =
          "{\"id\":\"id-%d\",\"uri\":\"https://host/%d.jpg\",\"submitted_at\":%d}"
              .formatted(i, i, i);
      values.add((i < GOOD ? json : "broken " + i).getBytes(UTF_8));
      keys.add("key-" + i);
    }
    new Topics(broker).publish("images", values, keys);
  }

  @AfterAll
  static void closeBroker() {
    broker.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyRecordIsAnEventOrARejectionInEveryEncoding(Guarantee guarantee) throws Exception {
    for (Encoding encoding : Encoding.values()) {
      broker.createTopic(topic("events", encoding, guarantee), 1);
      broker.createTopic(topic("rejections", encoding, guarantee), 1);
    }

    JobClient job = start(guarantee);
    try {
      for (Encoding encoding : Encoding.values()) {
        assertEvents(committed(topic("events", encoding, guarantee), GOOD), encoding);
        assertRejections(committed(topic("rejections", encoding, guarantee), BROKEN), encoding);
      }
    } finally {
      job.cancel().get();
    }
  }

  private static void assertEvents(List<ConsumerRecord<byte[], byte[]>> events, Encoding encoding) {
    assertThat(events)
        .extracting(event -> new String(event.key(), UTF_8))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, GOOD).mapToObj(i -> "id-" + i).toList());
    assertThat(events)
        .allSatisfy(
            event -> {
              assertThat(id(event.value(), encoding)).isEqualTo(new String(event.key(), UTF_8));
              assertThat(event.timestamp())
                  .as("the time of writing")
                  .isGreaterThan(Instant.parse("2020-01-01T00:00:00Z").toEpochMilli());
            });
  }

  private static void assertRejections(
      List<ConsumerRecord<byte[], byte[]>> rejections, Encoding encoding) {
    assertThat(rejections)
        .extracting(rejection -> new String(rejection.key(), UTF_8))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(GOOD, GOOD + BROKEN).mapToObj(i -> "key-" + i).toList());
    assertThat(rejections)
        .extracting(rejection -> raw(rejection.value(), encoding))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(GOOD, GOOD + BROKEN).mapToObj(i -> "broken " + i).toList());
  }

  private static String topic(String kind, Encoding encoding, Guarantee guarantee) {
    return (kind + "-" + encoding + "-" + guarantee).toLowerCase(Locale.ROOT);
  }

  private static JobClient start(Guarantee guarantee) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    env.enableCheckpointing(200);
    SourceSettings source = source(guarantee.name());
    SingleOutputStreamOperator<ImageReference> references =
        env.fromSource(KafkaSources.create(source), SubmittedAt.watermarks(source), "images")
            .process(new ParseFunction(source))
            .returns(TypeInformation.of(ImageReference.class));
    SingleOutputStreamOperator<ClassificationEvent> events =
        references
            .map(KafkaRoundTripIT::event)
            .returns(TypeInformation.of(ClassificationEvent.class));
    for (Encoding encoding : Encoding.values()) {
      events.sinkTo(Sinks.events(sink(topic("events", encoding, guarantee), encoding, guarantee)));
      references
          .getSideOutput(Rejections.TAG)
          .sinkTo(
              Sinks.rejections(
                  sink(topic("rejections", encoding, guarantee), encoding, guarantee)));
    }
    return env.executeAsync(guarantee.name());
  }

  private static ClassificationEvent event(ImageReference reference) {
    return ClassificationEvent.newBuilder()
        .setEventId("event of " + reference.getId())
        .setReferenceId(reference.getId())
        .setUri(reference.getUri())
        .setModelName("none")
        .setModelFingerprint("f00d")
        .setProvider("cpu")
        .setClassIds(List.of(1))
        .setScores(List.of(0.5f))
        .setLabelNames(List.of("cat"))
        .setImageFormat("jpeg")
        .setWidth(1)
        .setHeight(1)
        .setContentSha256("abcd")
        .setSourceKey(reference.getOrigin().getKey())
        .setSubmittedAt(reference.getSubmittedAt())
        .setClassifiedAt(Instant.ofEpochMilli(7))
        .build();
  }

  private static String id(byte[] value, Encoding encoding) throws Exception {
    return switch (encoding) {
      case AVRO_SINGLE_OBJECT -> ClassificationEvent.getDecoder().decode(value).getReferenceId();
      case AVRO_CONFLUENT -> confluent(value, ClassificationEvent.class).getReferenceId();
      case JSON -> json(value).get("reference_id").asText();
    };
  }

  private static String raw(byte[] value, Encoding encoding) throws Exception {
    return switch (encoding) {
      case AVRO_SINGLE_OBJECT -> text(Rejection.getDecoder().decode(value).getOrigin().getRaw());
      case AVRO_CONFLUENT -> text(confluent(value, Rejection.class).getOrigin().getRaw());
      case JSON -> new String(json(value).at("/origin/raw").binaryValue(), UTF_8);
    };
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes).toString();
  }

  private static JsonNode json(byte[] value) throws Exception {
    return new ObjectMapper().readTree(value);
  }

  private static <T extends SpecificRecordBase> T confluent(byte[] value, Class<T> type)
      throws Exception {
    assertThat(ByteBuffer.wrap(value).get()).isZero();
    assertThat(ByteBuffer.wrap(value).getInt(1)).isEqualTo(70_000);
    return new SpecificDatumReader<>(type)
        .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
  }

  private static List<ConsumerRecord<byte[], byte[]>> committed(String topic, int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (records.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      consumer.poll(Duration.ofMillis(300)).forEach(records::add); // doubles, if there are any
    }
    return records;
  }

  private static SourceSettings source(String name) {
    return new SourceSettings(
        broker.bootstrapServers(),
        List.of("images"),
        null,
        "group-of-" + name,
        SourceSettings.Start.COMMITTED,
        null,
        SourceSettings.Format.JSON,
        SourceSettings.Id.FIELD,
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        "all",
        Duration.ofSeconds(30),
        1000,
        1000,
        Map.of());
  }

  private static SinkSettings sink(String topic, Encoding encoding, Guarantee guarantee) {
    return new SinkSettings(
        SinkSettings.Type.KAFKA,
        guarantee,
        encoding,
        broker.bootstrapServers(),
        topic,
        encoding == Encoding.AVRO_CONFLUENT ? 70_000 : -1,
        "prefix-" + topic,
        60_000,
        null,
        SinkSettings.Codec.NULL,
        Map.of("linger.ms", "5"));
  }
}
