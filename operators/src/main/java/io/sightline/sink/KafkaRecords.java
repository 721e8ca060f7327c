// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static java.util.Objects.requireNonNull;

import io.sightline.config.SinkSettings;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes Kafka records: the key says whose they are, the value is encoded as the settings say. Their
 * timestamp is the time of writing, never {@code submitted_at}: a broker drops or refuses records
 * by it, and a producer may say any time.
 */
final class KafkaRecords<T extends SpecificRecord> implements KafkaRecordSerializationSchema<T> {

  private final SinkSettings settings;
  private final Class<T> type;
  private final Key<T> key;

  private transient @Nullable ValueEncoder<T> encoder;

  KafkaRecords(SinkSettings settings, Class<T> type, Key<T> key) {
    this.settings = settings;
    this.type = type;
    this.key = key;
  }

  /** The Kafka key of a record; null where it has none. */
  interface Key<T> extends Serializable {
    byte @Nullable [] of(T record);
  }

  @Override
  public void open(
      SerializationSchema.InitializationContext context, KafkaSinkContext sinkContext) {
    encoder = ValueEncoder.of(settings, SpecificData.get().getSchema(type));
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      T record, KafkaSinkContext context, @Nullable Long timestamp) {
    try {
      return new ProducerRecord<>(
          requireNonNull(settings.topic()), key.of(record), requireNonNull(encoder).encode(record));
    } catch (IOException e) {
      throw new UncheckedIOException("can't encode a " + type.getSimpleName(), e);
    }
  }
}
