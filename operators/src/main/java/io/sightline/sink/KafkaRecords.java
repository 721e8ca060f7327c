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

  /** More than Kafka's own header of a batch with one record takes. */
  private static final int RECORD_OVERHEAD_BYTES = 512;

  private final SinkSettings settings;
  private final Class<T> type;
  private final Key<T> key;
  private final Cut<T> cut;
  private final int maxBytes;

  private transient @Nullable ValueEncoder<T> encoder;

  /**
   * Records that fit into {@code max.request.size}.
   *
   * @param cut makes a record that does not fit smaller
   */
  KafkaRecords(SinkSettings settings, Class<T> type, Key<T> key, Cut<T> cut) {
    this.settings = settings;
    this.type = type;
    this.key = key;
    this.cut = cut;
    this.maxBytes = Producers.maxRequestSize(settings) - RECORD_OVERHEAD_BYTES;
  }

  /** The Kafka key of a record; null where it has none. */
  interface Key<T> extends Serializable {
    byte @Nullable [] of(T record);
  }

  /** Makes a record smaller. */
  interface Cut<T> extends Serializable {
    /** Returns a record whose encoding is smaller by {@code bytes} or as much as can be. */
    T by(int bytes, T record);
  }

  @Override
  public void open(
      SerializationSchema.InitializationContext context, KafkaSinkContext sinkContext) {
    encoder = ValueEncoder.of(settings, SpecificData.get().getSchema(type));
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      T record, KafkaSinkContext context, @Nullable Long timestamp) {
    ValueEncoder<T> encoder = requireNonNull(this.encoder);
    byte @Nullable [] key = this.key.of(record);
    try {
      byte[] value = encoder.encode(record);
      int excess = value.length + (key == null ? 0 : key.length) - maxBytes;
      if (excess > 0) {
        value = encoder.encode(cut.by(excess, record));
      }
      return new ProducerRecord<>(requireNonNull(settings.topic()), key, value);
    } catch (IOException e) {
      throw new UncheckedIOException("can't encode a " + type.getSimpleName(), e);
    }
  }
}
