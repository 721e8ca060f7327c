// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code sink.*} options: where events go. */
public final class SinkOptions {

  public static final ConfigOption<SinkSettings.Type> TYPE =
      ConfigOptions.key("sink.type")
          .enumType(SinkSettings.Type.class)
          .defaultValue(SinkSettings.Type.KAFKA)
          .withDescription("Where events go: kafka or files.");

  public static final ConfigOption<SinkSettings.Guarantee> GUARANTEE =
      ConfigOptions.key("sink.guarantee")
          .enumType(SinkSettings.Guarantee.class)
          .defaultValue(SinkSettings.Guarantee.EXACTLY_ONCE)
          .withDescription(
              "Delivery guarantee of the events on Kafka: exactly-once (transactions: a"
                  + " read_committed consumer sees an event only after the next checkpoint, so"
                  + " execution.checkpointing.interval is the latency), at-least-once (seen at once;"
                  + " after a failure some come again with the same event_id) or none (some may be"
                  + " lost). File sinks are always exactly-once.");

  public static final ConfigOption<SinkSettings.Encoding> ENCODING =
      ConfigOptions.key("sink.encoding")
          .enumType(SinkSettings.Encoding.class)
          .defaultValue(SinkSettings.Encoding.AVRO_SINGLE_OBJECT)
          .withDescription(
              "How events are written: avro-single-object (Kafka: the schema fingerprint,"
                  + " then Avro; files: Avro container files), avro-confluent (Kafka only: a zero"
                  + " byte, the schema id, then Avro, as Kafka Connect and Flink SQL read it; needs"
                  + " sink.schema-id) or json (files: JSON lines).");

  public static final ConfigOption<String> TOPIC =
      ConfigOptions.key("sink.topic")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka topic that events are written to, keyed by reference. It must exist."
                  + " Required with sink.type: kafka; evaluate writes no events where neither this"
                  + " nor sink.path is set.");

  public static final ConfigOption<String> PATH =
      ConfigOptions.key("sink.path")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder that events are written to, on any Flink file system. Files are rolled"
                  + " and become visible at each checkpoint. Required with sink.type: files.");

  public static final ConfigOption<SinkSettings.Codec> CODEC =
      ConfigOptions.key("sink.codec")
          .enumType(SinkSettings.Codec.class)
          .defaultValue(SinkSettings.Codec.DEFLATE)
          .withDescription(
              "Compression inside Avro container files: null, deflate, snappy or zstandard.");

  public static final ConfigOption<Integer> SCHEMA_ID =
      ConfigOptions.key("sink.schema-id")
          .intType()
          .noDefaultValue()
          .withDescription(
              "Id of the schema of ClassificationEvent in the registry that consumers use."
                  + " Required with sink.encoding: avro-confluent; nothing is registered.");

  public static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("sink.kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka brokers that events are written to. Default: the value of"
                  + " source.kafka.bootstrap-servers.");

  public static final ConfigOption<String> TRANSACTIONAL_ID_PREFIX =
      ConfigOptions.key("sink.transactional-id-prefix")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Start of the transactional ids of the producers, with exactly-once. It must"
                  + " stay the same over restarts and differ from that of every other sink on the"
                  + " same brokers, or two jobs fence each other out. Default: derived from"
                  + " job.name, source.group-id, source.topics (or source.topic-pattern) and"
                  + " sink.topic; changing one of them changes it.");

  public static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
      ConfigOptions.key("sink.transaction-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(14))
          .withDescription(
              "After how long the broker aborts an open transaction, and with it events that"
                  + " a checkpoint holds as written. It must outlast two checkpoints that take"
                  + " execution.checkpointing.timeout each (5 min by default, here) with the pause between"
                  + " them, and the longest restart, and not exceed the broker's"
                  + " transaction.max.timeout.ms (15 min by default).");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      ConfigOptions.key("sink.kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Prefix: sink.kafka.properties.KEY passes KEY to the Kafka producers of events"
                  + " and rejections as it is, for example compression.type or sasl.jaas.config."
                  + " Values are never printed.");

  private SinkOptions() {}

  static SinkSettings read(OptionReader options, SourceSettings source, String jobName) {
    return read(options, source, jobName, true);
  }

  /** Reads a sink that need not be there: where none is asked for it has neither topic nor path. */
  static SinkSettings readOptional(OptionReader options, SourceSettings source, String jobName) {
    boolean wanted = options.has(TOPIC) || options.has(PATH);
    return read(options, source, jobName, wanted);
  }

  private static SinkSettings read(
      OptionReader options, SourceSettings source, String jobName, boolean wanted) {
    SinkSettings.Type type = options.get(TYPE);
    boolean kafka = type == SinkSettings.Type.KAFKA;
    String topic = SinkReading.requiredFor(options, TOPIC, wanted && kafka, TYPE);
    return new SinkSettings(
        type,
        options.get(GUARANTEE),
        options.get(ENCODING),
        kafka
            ? options.orDerived(
                BOOTSTRAP_SERVERS, source.bootstrapServers(), SourceOptions.BOOTSTRAP_SERVERS.key())
            : null,
        topic,
        SinkReading.schemaId(options, SCHEMA_ID),
        SinkReading.transactionalIdPrefix(
            options, TRANSACTIONAL_ID_PREFIX, source, jobName, "events", topic),
        options.positive(TRANSACTION_TIMEOUT).toMillis(),
        SinkReading.requiredFor(options, PATH, wanted && !kafka, TYPE),
        options.get(CODEC),
        options.properties(KAFKA_PROPERTIES));
  }
}
