// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static java.util.Objects.requireNonNull;

import io.sightline.config.SinkSettings;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.RecordOrigin;
import io.sightline.schemas.Rejection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** Makes the sinks of events and of rejections, for Kafka and for files. */
public final class Sinks {

  /**
   * Producer properties that {@code sink.kafka.properties} must not set, each with what sets it
   * instead.
   */
  public static final Map<String, String> OWNED_PROPERTIES =
      Map.ofEntries(
          Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "bootstrap-servers of the sink"),
          Map.entry(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "transactional-id-prefix of the sink"),
          Map.entry(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "transaction-timeout of the sink"),
          Map.entry(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, "Sightline, which writes bytes"),
          Map.entry(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, "Sightline, which writes bytes"));

  private Sinks() {}

  /** The sink of events: in Kafka, the key is the reference's id in UTF-8. */
  public static Sink<ClassificationEvent> events(SinkSettings settings) {
    return create(
        settings,
        ClassificationEvent.class,
        event -> event.getReferenceId().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The sink of rejections: in Kafka, the key is the reference's id in UTF-8, or the key of the
   * record that was rejected where no id is known.
   */
  public static Sink<Rejection> rejections(SinkSettings settings) {
    return create(settings, Rejection.class, Sinks::key);
  }

  private static byte @Nullable [] key(Rejection rejection) {
    String id = rejection.getReferenceId();
    if (id != null) {
      return id.getBytes(StandardCharsets.UTF_8);
    }
    RecordOrigin origin = rejection.getOrigin();
    ByteBuffer key = origin == null ? null : origin.getKey();
    if (key == null) {
      return null;
    }
    byte[] bytes = new byte[key.remaining()];
    key.duplicate().get(bytes);
    return bytes;
  }

  private static <T extends SpecificRecordBase> Sink<T> create(
      SinkSettings settings, Class<T> type, KafkaRecords.Key<T> key) {
    return switch (settings.type()) {
      case KAFKA -> kafka(settings, new KafkaRecords<>(settings, type, key));
      case FILES -> FileSinks.create(settings, type);
    };
  }

  private static <T extends SpecificRecordBase> KafkaSink<T> kafka(
      SinkSettings settings, KafkaRecords<T> records) {
    Properties properties = new Properties();
    properties.putAll(settings.kafkaProperties());
    KafkaSinkBuilder<T> builder =
        KafkaSink.<T>builder()
            .setKafkaProducerConfig(properties)
            .setBootstrapServers(requireNonNull(settings.bootstrapServers()))
            .setRecordSerializer(records)
            // There is no way back from POOLING, which also needs more rights.
            .setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING)
            .setDeliveryGuarantee(
                switch (settings.guarantee()) {
                  case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
                  case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
                  case NONE -> DeliveryGuarantee.NONE;
                });
    if (settings.guarantee() == SinkSettings.Guarantee.EXACTLY_ONCE) {
      builder
          .setTransactionalIdPrefix(requireNonNull(settings.transactionalIdPrefix()))
          .setProperty(
              ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
              Long.toString(settings.transactionTimeoutMillis()));
    }
    return builder.build();
  }
}
