// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static java.util.Objects.requireNonNull;

import io.sightline.config.SinkSettings;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.RecordOrigin;
import io.sightline.schemas.Rejection;
import io.sightline.schemas.Retry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.jspecify.annotations.Nullable;

/** Makes the sinks of events, of rejections and of reports, for Kafka and for files. */
public final class Sinks {

  private Sinks() {}

  /** The sink of events: in Kafka, the key is the reference's id in UTF-8. */
  public static Sink<ClassificationEvent> events(SinkSettings settings) {
    return switch (settings.type()) {
      case KAFKA -> kafka(settings, eventRecords(settings));
      case FILES -> FileSinks.create(settings, ClassificationEvent.class);
    };
  }

  /**
   * The sink of rejections: in Kafka, the key is the reference's id in UTF-8, or the key of the
   * record that was rejected where no id is known. Where a rejection would exceed the producer's
   * {@code max.request.size}, its raw record is cut off further, which {@code raw_size} tells.
   */
  public static Sink<Rejection> rejections(SinkSettings settings) {
    return switch (settings.type()) {
      case KAFKA -> kafka(settings, rejectionRecords(settings));
      case FILES -> FileSinks.create(settings, Rejection.class);
    };
  }

  /** The sink of reports: in Kafka, the key is the model's fingerprint in UTF-8. */
  public static Sink<EvaluationReport> reports(SinkSettings settings) {
    return switch (settings.type()) {
      case KAFKA -> kafka(settings, reportRecords(settings));
      case FILES -> FileSinks.create(settings, EvaluationReport.class);
    };
  }

  /**
   * The sink of references whose store is down: in Kafka alone, the key is the reference's id in
   * UTF-8. Where one would exceed the producer's {@code max.request.size}, its raw record is cut
   * off further.
   */
  public static Sink<Retry> retries(SinkSettings settings) {
    return kafka(settings, retryRecords(settings));
  }

  static KafkaRecords<Retry> retryRecords(SinkSettings settings) {
    return new KafkaRecords<>(
        settings,
        Retry.class,
        retry -> retry.getReference().getId().getBytes(StandardCharsets.UTF_8),
        (bytes, retry) -> {
          RecordOrigin origin = withShorterRaw(bytes, retry.getReference().getOrigin());
          return Retry.newBuilder(retry)
              .setReference(
                  ImageReference.newBuilder(retry.getReference()).setOrigin(origin).build())
              .build();
        });
  }

  static KafkaRecords<EvaluationReport> reportRecords(SinkSettings settings) {
    return new KafkaRecords<>(
        settings,
        EvaluationReport.class,
        report -> report.getModelFingerprint().getBytes(StandardCharsets.UTF_8),
        (bytes, report) -> report); // ReportSize saw to it at submission
  }

  static KafkaRecords<ClassificationEvent> eventRecords(SinkSettings settings) {
    return new KafkaRecords<>(
        settings,
        ClassificationEvent.class,
        event -> event.getReferenceId().getBytes(StandardCharsets.UTF_8),
        (bytes, event) -> event); // ReferenceParser bounds all that a producer says
  }

  static KafkaRecords<Rejection> rejectionRecords(SinkSettings settings) {
    boolean base64 = settings.encoding() == SinkSettings.Encoding.JSON;
    return new KafkaRecords<>(
        settings,
        Rejection.class,
        Sinks::key,
        (bytes, rejection) ->
            Rejection.newBuilder(rejection)
                .setOrigin(
                    withShorterRaw(
                        base64 ? (int) (bytes * 3L / 4) + 3 : bytes, rejection.getOrigin()))
                .build());
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

  private static @Nullable RecordOrigin withShorterRaw(int bytes, @Nullable RecordOrigin origin) {
    ByteBuffer raw = origin == null ? null : origin.getRaw();
    if (raw == null) {
      return origin;
    }
    ByteBuffer shorter = raw.slice(raw.position(), Math.max(0, raw.remaining() - bytes));
    return RecordOrigin.newBuilder(origin).setRaw(shorter).build();
  }

  private static <T extends SpecificRecordBase> KafkaSink<T> kafka(
      SinkSettings settings, KafkaRecords<T> records) {
    KafkaSinkBuilder<T> builder =
        KafkaSink.<T>builder()
            .setKafkaProducerConfig(Producers.properties(settings))
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
      builder.setTransactionalIdPrefix(requireNonNull(settings.transactionalIdPrefix()));
    }
    return builder.build();
  }
}
