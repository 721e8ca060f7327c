// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.config.Problems;
import io.sightline.config.RetrySettings;
import io.sightline.config.SinkSettings;
import io.sightline.config.SinkSettings.Encoding;
import io.sightline.config.SinkSettings.Guarantee;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import io.sightline.testing.Records;
import io.sightline.testing.Settings;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KafkaRecordsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void anEventIsKeyedByItsReferenceAndHasNoTimestampOfItsOwn() {
    ProducerRecord<byte[], byte[]> record = event(Encoding.AVRO_SINGLE_OBJECT);

    assertThat(record.topic()).isEqualTo("topic");
    assertThat(record.key()).isEqualTo("id-é".getBytes(UTF_8));
    assertThat(record.timestamp()).isNull();
    assertThat(record.headers()).isEmpty();
  }

  @Test
  void avroSingleObjectIsReadByAvroItself() throws Exception {
    assertThat(ClassificationEvent.getDecoder().decode(event(Encoding.AVRO_SINGLE_OBJECT).value()))
        .isEqualTo(Records.event("id-é"));
  }

  @Test
  void avroConfluentIsAZeroByteTheSchemaIdAndAvroBinary() throws Exception {
    byte[] value = event(Encoding.AVRO_CONFLUENT).value();

    assertThat(ByteBuffer.wrap(value).get()).isZero();
    assertThat(ByteBuffer.wrap(value).getInt(1)).isEqualTo(70_000);
    assertThat(
            new SpecificDatumReader<>(ClassificationEvent.class)
                .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null)))
        .isEqualTo(Records.event("id-é"));
  }

  @Test
  void jsonHasTheFieldsOfTheSchemaInTheirOrder() throws Exception {
    String value = new String(event(Encoding.JSON).value(), UTF_8);

    assertThat(value)
        .isEqualTo(
            """
            {"event_id":"e-id-é","reference_id":"id-é","uri":"https://host/a.jpg",\
            "page_index":null,"model_name":"squeezenet","model_version":null,\
            "model_fingerprint":"f00d","provider":"cpu","class_ids":[7,3],"scores":[0.75,0.1],\
            "label_names":["crane","cock"],"image_format":"jpeg","width":640,"height":480,\
            "content_sha256":"abcd","label":null,"attributes":{"k":"v"},"source_key":"a2V5",\
            "submitted_at":"2026-11-24T06:00:00.120Z","classified_at":"2026-11-24T06:00:01Z"}""");
  }

  @Test
  void nestedRecordsAndBytesAreJsonToo() throws Exception {
    JsonNode json =
        JSON.readTree(
            rejections(Encoding.JSON, Map.of())
                .serialize(Records.rejection("id", 3), null, 0L)
                .value());

    assertThat(json.at("/origin/offset").asLong()).isEqualTo(42);
    assertThat(json.at("/origin/raw").binaryValue()).isEqualTo(new byte[3]);
    assertThat(json.at("/attributes").isObject()).isTrue();
    assertThat(json.at("/model_fingerprint").isNull()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void oneRecordLeavesNothingForTheNext(Encoding encoding) {
    KafkaRecords<Rejection> records = rejections(encoding, Map.of());
    byte[] first = records.serialize(Records.rejection("first", 500), null, 0L).value();
    byte[] copy = first.clone();
    byte[] second = records.serialize(Records.rejection("2", 1), null, 0L).value();
    byte[] again = records.serialize(Records.rejection("first", 500), null, 0L).value();

    assertThat(first).isEqualTo(copy).isEqualTo(again);
    assertThat(second.length).isLessThan(first.length);
  }

  @Test
  void aRejectionWithoutAnIdHasTheKeyOfItsRecord() {
    KafkaRecords<Rejection> records = rejections(Encoding.JSON, Map.of());
    Rejection rejection = Records.rejection(null, 3);

    assertThat(records.serialize(rejection, null, 0L).key()).isEqualTo("key".getBytes(UTF_8));
    assertThat(records.serialize(rejection, null, 0L).key())
        .as("the key can be read twice")
        .isEqualTo("key".getBytes(UTF_8));
    rejection.setOrigin(null);
    assertThat(records.serialize(rejection, null, 0L).key()).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void aRejectionIsCutToTheProducersLimit(Encoding encoding) throws Exception {
    int limit = 4000;
    KafkaRecords<Rejection> records =
        rejections(encoding, Map.of("max.request.size", Integer.toString(limit)));

    ProducerRecord<byte[], byte[]> record =
        records.serialize(Records.rejection("id", 10_000), null, 0L);

    assertThat(record.key().length + record.value().length).isBetween(limit / 4, limit - 512);
    if (encoding == Encoding.JSON) {
      JsonNode origin = JSON.readTree(record.value()).get("origin");
      assertThat(origin.get("raw_size").asInt()).isEqualTo(10_000);
      assertThat(Base64.getDecoder().decode(origin.get("raw").asText())).hasSizeBetween(100, 3000);
    }
  }

  @Test
  void propertiesThatSightlineOwnsAreProblems() {
    assertThat(
            problems(
                Map.of("transactional.id", "mine"),
                Map.of("transactional.id", "mine", "bootstrap.servers", "elsewhere:1")))
        .containsExactly(
            "sink.kafka.properties.transactional.id must not be set: it is set by"
                + " sink.transactional-id-prefix",
            "rejections.kafka.properties.bootstrap.servers must not be set: it is set by"
                + " rejections.kafka.bootstrap-servers");
  }

  @Test
  void propertiesThatKafkaRefusesAreProblems() {
    for (Map<String, String> properties :
        List.of(
            Map.of("acks", "1"), // not with transactions
            Map.of("compression.type", "bzip"),
            Map.of("security.protocol", "nonsense"))) {
      assertThat(problems(properties, properties))
          .singleElement()
          .asString()
          .startsWith("sink.kafka.properties: ");
    }
    assertThat(problems(Map.of("acks", "all", "linger.ms", "20"), Map.of())).isEmpty();
  }

  private static List<String> problems(
      Map<String, String> ofEvents, Map<String, String> ofRejections) {
    Problems problems = new Problems();
    Producers.checkProperties(
        Settings.kafka("127.0.0.1:1", "events", Guarantee.EXACTLY_ONCE, Encoding.JSON, ofEvents),
        Settings.kafka(
            "127.0.0.1:1", "rejected", Guarantee.EXACTLY_ONCE, Encoding.JSON, ofRejections),
        (RetrySettings) null,
        problems);
    return problems.messages();
  }

  private static ProducerRecord<byte[], byte[]> event(Encoding encoding) {
    SinkSettings settings =
        Settings.kafka("127.0.0.1:1", "topic", Guarantee.NONE, encoding, Map.of());
    KafkaRecords<ClassificationEvent> records = Sinks.eventRecords(settings);
    records.open(null, null);
    return records.serialize(Records.event("id-é"), null, 1L);
  }

  private static KafkaRecords<Rejection> rejections(
      Encoding encoding, Map<String, String> properties) {
    KafkaRecords<Rejection> records =
        Sinks.rejectionRecords(
            Settings.kafka("127.0.0.1:1", "topic", Guarantee.NONE, encoding, properties));
    records.open(null, null);
    return records;
  }
}
