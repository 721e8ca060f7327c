// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checked options of one sink, {@code sink.*} (events) or {@code rejections.*}. Immutable.
 *
 * @param type Kafka or files
 * @param guarantee delivery guarantee of a Kafka sink; file sinks are always exactly-once
 * @param bootstrapServers brokers; null for files
 * @param topic Kafka topic; null for files
 * @param schemaId id of the schema in the registry, for {@link Encoding#AVRO_CONFLUENT}; -1
 *     otherwise
 * @param transactionalIdPrefix fixed for each job and sink; null for files
 * @param transactionTimeoutMillis {@code transaction.timeout.ms} of the producer
 * @param path folder of a file sink, on any Flink file system; null for Kafka
 * @param codec Avro codec of container files
 * @param kafkaProperties passed through to the producer; values are secret
 */
public record SinkSettings(
    Type type,
    Guarantee guarantee,
    Encoding encoding,
    @Nullable String bootstrapServers,
    @Nullable String topic,
    int schemaId,
    @Nullable String transactionalIdPrefix,
    long transactionTimeoutMillis,
    @Nullable String path,
    Codec codec,
    Map<String, String> kafkaProperties)
    implements Serializable {

  public SinkSettings {
    kafkaProperties = Map.copyOf(kafkaProperties);
  }

  /** A sink of Avro files in a folder. */
  public static SinkSettings avroFiles(String path) {
    return new SinkSettings(
        Type.FILES,
        Guarantee.EXACTLY_ONCE,
        Encoding.AVRO_SINGLE_OBJECT,
        null,
        null,
        -1,
        null,
        0,
        path,
        Codec.ZSTANDARD,
        Map.of());
  }

  /** Whether there is a place to write to: the sink of events may lack one. */
  public boolean isThere() {
    return topic != null || path != null;
  }

  /** What is written and how; of the Kafka properties the keys alone. */
  @Override
  public String toString() {
    return "SinkSettings[type=%s, guarantee=%s, encoding=%s, bootstrapServers=%s, topic=%s, path=%s, transactionalIdPrefix=%s, kafkaProperties=%s]"
        .formatted(
            type,
            guarantee,
            encoding,
            bootstrapServers,
            topic,
            path,
            transactionalIdPrefix,
            kafkaProperties.keySet());
  }

  /** Kind of sink. */
  public enum Type {
    KAFKA,
    FILES;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }

  /** Delivery guarantee, as Flink's {@code DeliveryGuarantee} has it. */
  public enum Guarantee {
    /** Transactions: a read_committed consumer sees an event after the next checkpoint. */
    EXACTLY_ONCE,
    /** Seen at once; after a failure some come twice, with the same event_id. */
    AT_LEAST_ONCE,
    NONE;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }

  /** How a record is written. */
  public enum Encoding {
    /** Avro single-object encoding (Kafka), container files (files). */
    AVRO_SINGLE_OBJECT,
    /** Kafka only: a zero byte, the schema id as a big-endian int, then Avro binary. */
    AVRO_CONFLUENT,
    /** A JSON object a record; JSON lines in files. */
    JSON;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }

  /** Codec of Avro container files. */
  public enum Codec {
    NULL,
    DEFLATE,
    SNAPPY,
    ZSTANDARD;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }
}
