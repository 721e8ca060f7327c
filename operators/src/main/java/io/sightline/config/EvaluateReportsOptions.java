// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/**
 * The {@code evaluate.reports.*} options: where reports go. What is not set is taken from {@code
 * sink.*}, except for what names a place: topic, path, schema id and transactional ids.
 */
public final class EvaluateReportsOptions {

  public static final ConfigOption<SinkSettings.Type> TYPE =
      ConfigOptions.key("evaluate.reports.type")
          .enumType(SinkSettings.Type.class)
          .noDefaultValue()
          .withDescription("Where reports go: kafka or files. Default: the value of sink.type.");

  public static final ConfigOption<SinkSettings.Guarantee> GUARANTEE =
      ConfigOptions.key("evaluate.reports.guarantee")
          .enumType(SinkSettings.Guarantee.class)
          .noDefaultValue()
          .withDescription(
              "Delivery guarantee of the reports on Kafka: exactly-once, at-least-once or"
                  + " none. Default: the value of sink.guarantee.");

  public static final ConfigOption<SinkSettings.Encoding> ENCODING =
      ConfigOptions.key("evaluate.reports.encoding")
          .enumType(SinkSettings.Encoding.class)
          .noDefaultValue()
          .withDescription(
              "How reports are written: avro-single-object, avro-confluent or json."
                  + " Default: the value of sink.encoding.");

  public static final ConfigOption<String> TOPIC =
      ConfigOptions.key("evaluate.reports.topic")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka topic that reports are written to, keyed by model fingerprint. It must exist."
                  + " Required with evaluate.reports.type: kafka.");

  public static final ConfigOption<String> PATH =
      ConfigOptions.key("evaluate.reports.path")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder that reports are written to, on any Flink file system. Files are"
                  + " rolled and become visible at each checkpoint. Required with evaluate.reports.type:"
                  + " files.");

  public static final ConfigOption<SinkSettings.Codec> CODEC =
      ConfigOptions.key("evaluate.reports.codec")
          .enumType(SinkSettings.Codec.class)
          .noDefaultValue()
          .withDescription(
              "Compression inside Avro container files: null, deflate, snappy or zstandard."
                  + " Default: the value of sink.codec.");

  public static final ConfigOption<Integer> SCHEMA_ID =
      ConfigOptions.key("evaluate.reports.schema-id")
          .intType()
          .noDefaultValue()
          .withDescription(
              "Id of the schema of EvaluationReport in the registry that consumers use. Required"
                  + " with evaluate.reports.encoding: avro-confluent; nothing is registered.");

  public static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("evaluate.reports.kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka brokers that reports are written to. Default: the value of"
                  + " sink.kafka.bootstrap-servers.");

  public static final ConfigOption<String> TRANSACTIONAL_ID_PREFIX =
      ConfigOptions.key("evaluate.reports.transactional-id-prefix")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Start of the transactional ids of the producers, with exactly-once. It must"
                  + " stay the same over restarts and differ from that of every other sink on the"
                  + " same brokers, or two jobs fence each other out. Default: derived from"
                  + " job.name, source.group-id, source.topics (or source.topic-pattern) and"
                  + " evaluate.reports.topic; changing one of them changes it.");

  public static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
      ConfigOptions.key("evaluate.reports.transaction-timeout")
          .durationType()
          .noDefaultValue()
          .withDescription(
              "The same as sink.transaction-timeout, for the reports. Default: the value"
                  + " of sink.transaction-timeout.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      ConfigOptions.key("evaluate.reports.kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Prefix: evaluate.reports.kafka.properties.KEY passes KEY to the Kafka producer of"
                  + " the reports, over the values of sink.kafka.properties. Values are never"
                  + " printed.");

  private static final SinkReading.Inheriting KEYS =
      new SinkReading.Inheriting(
          TYPE,
          GUARANTEE,
          ENCODING,
          TOPIC,
          PATH,
          CODEC,
          SCHEMA_ID,
          BOOTSTRAP_SERVERS,
          TRANSACTIONAL_ID_PREFIX,
          TRANSACTION_TIMEOUT,
          KAFKA_PROPERTIES);

  private EvaluateReportsOptions() {}

  static SinkSettings read(
      OptionReader options, SourceSettings source, SinkSettings events, String jobName) {
    return SinkReading.inherit(options, KEYS, source, events, jobName, "reports");
  }
}
