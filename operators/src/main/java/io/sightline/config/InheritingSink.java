// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of a sink that takes what is not set from {@code sink.*}, but for its places. */
record InheritingSink(
    String records,
    ConfigOption<SinkSettings.Type> type,
    ConfigOption<SinkSettings.Guarantee> guarantee,
    ConfigOption<SinkSettings.Encoding> encoding,
    ConfigOption<String> topic,
    ConfigOption<String> path,
    ConfigOption<SinkSettings.Codec> codec,
    ConfigOption<Integer> schemaId,
    ConfigOption<String> bootstrapServers,
    ConfigOption<String> transactionalIdPrefix,
    ConfigOption<Duration> transactionTimeout,
    ConfigOption<Map<String, String>> kafkaProperties) {

  /**
   * The options of one sink.
   *
   * @param prefix of their keys, without its last dot
   * @param records what the sink takes, in the plural: for descriptions and transactional ids
   * @param schema name of the records' schema
   * @param keyedBy what the key of a Kafka record is
   */
  static InheritingSink of(String prefix, String records, String schema, String keyedBy) {
    return new InheritingSink(
        records,
        ConfigOptions.key(prefix + ".type")
            .enumType(SinkSettings.Type.class)
            .noDefaultValue()
            .withDescription(
                "Where %s go: kafka or files. Default: the value of sink.type.".formatted(records)),
        ConfigOptions.key(prefix + ".guarantee")
            .enumType(SinkSettings.Guarantee.class)
            .noDefaultValue()
            .withDescription(
                ("Delivery guarantee of the %s on Kafka: exactly-once, at-least-once or"
                        + " none. Default: the value of sink.guarantee.")
                    .formatted(records)),
        ConfigOptions.key(prefix + ".encoding")
            .enumType(SinkSettings.Encoding.class)
            .noDefaultValue()
            .withDescription(
                ("How %s are written: avro-single-object, avro-confluent or json."
                        + " Default: the value of sink.encoding.")
                    .formatted(records)),
        ConfigOptions.key(prefix + ".topic")
            .stringType()
            .noDefaultValue()
            .withDescription(
                ("Kafka topic that %s are written to, keyed by %s. It must exist."
                        + " Required with %s.type: kafka.")
                    .formatted(records, keyedBy, prefix)),
        ConfigOptions.key(prefix + ".path")
            .stringType()
            .noDefaultValue()
            .withDescription(
                ("Folder that %s are written to, on any Flink file system. Files are"
                        + " rolled and become visible at each checkpoint. Required with %s.type:"
                        + " files.")
                    .formatted(records, prefix)),
        ConfigOptions.key(prefix + ".codec")
            .enumType(SinkSettings.Codec.class)
            .noDefaultValue()
            .withDescription(
                "Compression inside Avro container files: null, deflate, snappy or zstandard."
                    + " Default: the value of sink.codec."),
        ConfigOptions.key(prefix + ".schema-id")
            .intType()
            .noDefaultValue()
            .withDescription(
                ("Id of the schema of %s in the registry that consumers use. Required"
                        + " with %s.encoding: avro-confluent; nothing is registered.")
                    .formatted(schema, prefix)),
        ConfigOptions.key(prefix + ".kafka.bootstrap-servers")
            .stringType()
            .noDefaultValue()
            .withDescription(
                ("Kafka brokers that %s are written to. Default: the value of"
                        + " sink.kafka.bootstrap-servers.")
                    .formatted(records)),
        ConfigOptions.key(prefix + ".transactional-id-prefix")
            .stringType()
            .noDefaultValue()
            .withDescription(
                ("Start of the transactional ids of the producers, with exactly-once. It must"
                        + " stay the same over restarts and differ from that of every other sink on"
                        + " the same brokers, or two jobs fence each other out. Default: derived"
                        + " from job.name, source.group-id, source.topics (or source.topic-pattern)"
                        + " and %s.topic; changing one of them changes it.")
                    .formatted(prefix)),
        ConfigOptions.key(prefix + ".transaction-timeout")
            .durationType()
            .noDefaultValue()
            .withDescription(
                ("The same as sink.transaction-timeout, for the %s. Default: the value"
                        + " of sink.transaction-timeout.")
                    .formatted(records)),
        ConfigOptions.key(prefix + ".kafka.properties")
            .mapType()
            .defaultValue(Map.of())
            .withDescription(
                ("Prefix: %s.kafka.properties.KEY passes KEY to the Kafka producer of"
                        + " the %s, over the values of sink.kafka.properties. Values are never"
                        + " printed.")
                    .formatted(prefix, records)));
  }

  SinkSettings read(
      OptionReader options, SourceSettings source, SinkSettings events, String jobName) {
    SinkSettings.Type kind = options.orDerived(type, events.type(), SinkOptions.TYPE.key());
    boolean kafka = kind == SinkSettings.Type.KAFKA;
    String topicName = SinkReading.requiredFor(options, topic, kafka, type);
    Map<String, String> properties = new HashMap<>(events.kafkaProperties());
    properties.putAll(options.properties(kafkaProperties));
    return new SinkSettings(
        kind,
        options.orDerived(guarantee, events.guarantee(), SinkOptions.GUARANTEE.key()),
        options.orDerived(encoding, events.encoding(), SinkOptions.ENCODING.key()),
        kafka ? SinkReading.bootstrapServers(options, bootstrapServers, source, events) : null,
        topicName,
        SinkReading.schemaId(options, schemaId),
        SinkReading.transactionalIdPrefix(
            options, transactionalIdPrefix, source, jobName, records, topicName),
        options
            .orDerived(
                transactionTimeout,
                Duration.ofMillis(events.transactionTimeoutMillis()),
                SinkOptions.TRANSACTION_TIMEOUT.key())
            .toMillis(),
        SinkReading.requiredFor(options, path, !kafka, type),
        options.orDerived(codec, events.codec(), SinkOptions.CODEC.key()),
        properties);
  }
}
