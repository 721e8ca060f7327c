// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/**
 * The {@code rejections.*} options: where rejections go. What is not set is taken from {@code
 * sink.*}, except for what names a place: topic, path, schema id and transactional ids.
 */
public final class RejectionOptions {

  public static final ConfigOption<SinkSettings.Type> TYPE =
      ConfigOptions.key("rejections.type")
          .enumType(SinkSettings.Type.class)
          .noDefaultValue()
          .withDescription("Where rejections go: kafka or files. Default: the value of sink.type.");

  public static final ConfigOption<SinkSettings.Guarantee> GUARANTEE =
      ConfigOptions.key("rejections.guarantee")
          .enumType(SinkSettings.Guarantee.class)
          .noDefaultValue()
          .withDescription(
              "Delivery guarantee of the rejections on Kafka: exactly-once, at-least-once or"
                  + " none. Default: the value of sink.guarantee.");

  public static final ConfigOption<SinkSettings.Encoding> ENCODING =
      ConfigOptions.key("rejections.encoding")
          .enumType(SinkSettings.Encoding.class)
          .noDefaultValue()
          .withDescription(
              "How rejections are written: avro-single-object, avro-confluent or json."
                  + " Default: the value of sink.encoding.");

  public static final ConfigOption<String> TOPIC =
      ConfigOptions.key("rejections.topic")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka topic that rejections are written to, keyed by reference. It must exist."
                  + " Required with rejections.type: kafka.");

  public static final ConfigOption<String> PATH =
      ConfigOptions.key("rejections.path")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder that rejections are written to, on any Flink file system. Files are"
                  + " rolled and become visible at each checkpoint. Required with rejections.type:"
                  + " files.");

  public static final ConfigOption<SinkSettings.Codec> CODEC =
      ConfigOptions.key("rejections.codec")
          .enumType(SinkSettings.Codec.class)
          .noDefaultValue()
          .withDescription(
              "Compression inside Avro container files: null, deflate, snappy or zstandard."
                  + " Default: the value of sink.codec.");

  public static final ConfigOption<Integer> SCHEMA_ID =
      ConfigOptions.key("rejections.schema-id")
          .intType()
          .noDefaultValue()
          .withDescription(
              "Id of the schema of Rejection in the registry that consumers use. Required"
                  + " with rejections.encoding: avro-confluent; nothing is registered.");

  public static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("rejections.kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka brokers that rejections are written to. Default: the value of"
                  + " sink.kafka.bootstrap-servers.");

  public static final ConfigOption<String> TRANSACTIONAL_ID_PREFIX =
      ConfigOptions.key("rejections.transactional-id-prefix")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Start of the transactional ids of the producers, with exactly-once. It must"
                  + " stay the same over restarts and differ from that of every other sink on the"
                  + " same brokers, or two jobs fence each other out. Default: derived from"
                  + " job.name, source.group-id, source.topics (or source.topic-pattern) and"
                  + " rejections.topic; changing one of them changes it.");

  public static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
      ConfigOptions.key("rejections.transaction-timeout")
          .durationType()
          .noDefaultValue()
          .withDescription(
              "The same as sink.transaction-timeout, for the rejections. Default: the value"
                  + " of sink.transaction-timeout.");

  public static final ConfigOption<MemorySize> MAX_RAW_BYTES =
      ConfigOptions.key("rejections.max-raw-bytes")
          .memoryType()
          .defaultValue(MemorySize.parse("640 kb"))
          .withDescription(
              "How much of the original record a rejection carries; the rest is cut off and"
                  + " can't be replayed from the rejection. The default keeps a rejection below"
                  + " Kafka's max.request.size of 1 MiB in every encoding.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      ConfigOptions.key("rejections.kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Prefix: rejections.kafka.properties.KEY passes KEY to the Kafka producer of"
                  + " the rejections, over the values of sink.kafka.properties. Values are never"
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

  private RejectionOptions() {}

  static SinkSettings read(
      OptionReader options, SourceSettings source, SinkSettings events, String jobName) {
    return SinkReading.inherit(options, KEYS, source, events, jobName, "rejections");
  }
}
