// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.jspecify.annotations.Nullable;

/** The {@code source.*} options: where references come from and how they are read. */
public final class SourceOptions {

  public static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("source.kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription("Kafka brokers to read from, as host:port,host:port. Required.");

  public static final ConfigOption<List<String>> TOPICS =
      ConfigOptions.key("source.topics")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "Topics to read, as a YAML list or separated by commas. Either this or"
                  + " source.topic-pattern is required.");

  public static final ConfigOption<String> TOPIC_PATTERN =
      ConfigOptions.key("source.topic-pattern")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Java regular expression that the whole name of a topic must match to be read. Topics"
                  + " that appear later are found by source.partition-discovery.");

  public static final ConfigOption<String> GROUP_ID =
      ConfigOptions.key("source.group-id")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka consumer group that offsets are committed to at each checkpoint. The commits"
                  + " show progress and serve source.start: committed; a restored job reads from its"
                  + " checkpoint. Default: the value of job.name.");

  public static final ConfigOption<SourceSettings.Start> START =
      ConfigOptions.key("source.start")
          .enumType(SourceSettings.Start.class)
          .defaultValue(SourceSettings.Start.COMMITTED)
          .withDescription(
              "Where a job that is not restored from a checkpoint or savepoint starts: committed (the"
                  + " group's offsets, the earliest record where there are none), earliest, latest or"
                  + " timestamp.");

  public static final ConfigOption<String> START_TIMESTAMP =
      ConfigOptions.key("source.start-timestamp")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "With source.start: timestamp, the first record at or after this time is read first:"
                  + " ISO-8601 with an offset (2026-11-24T06:00:00Z) or milliseconds since 1970.");

  public static final ConfigOption<SourceSettings.Format> FORMAT =
      ConfigOptions.key("source.format")
          .enumType(SourceSettings.Format.class)
          .defaultValue(SourceSettings.Format.AVRO_SINGLE_OBJECT)
          .withDescription(
              "Encoding of the input records: avro-single-object (an ImageReference), json (an object"
                  + " with the same fields, content in base64) or uri (the value is the URI of one"
                  + " image).");

  public static final ConfigOption<SourceSettings.Id> ID =
      ConfigOptions.key("source.id")
          .enumType(SourceSettings.Id.class)
          .defaultValue(SourceSettings.Id.FIELD)
          .withDescription(
              "Where a reference's id comes from, and with it the event_id of its event: field (the field"
                  + " id), kafka-key (the record's key), uri or offset (topic, partition and offset: each"
                  + " record is its own reference). With uri an image that is uploaded again under the"
                  + " same name is the same reference: it is classified again, but its event has the"
                  + " event_id of the first, and consumers that drop doubles drop it. source.format: uri"
                  + " has no field.");

  public static final ConfigOption<Duration> PARTITION_DISCOVERY =
      ConfigOptions.key("source.partition-discovery")
          .durationType()
          .defaultValue(Duration.ofMinutes(5))
          .withDescription(
              "How often new partitions and matching topics are looked for. 0 s looks once, at the"
                  + " start.");

  public static final ConfigOption<Duration> IDLENESS =
      ConfigOptions.key("source.idleness")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "After how long without a record a partition no longer holds the watermark back. 0 s"
                  + " switches it off: then one empty partition stops event time for the whole job.");

  public static final ConfigOption<Duration> WATERMARK_DELAY =
      ConfigOptions.key("source.watermark.delay")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription(
              "How much earlier than the latest submitted_at seen in a partition another may be. The"
                  + " watermark runs this far behind.");

  public static final ConfigOption<String> ALIGNMENT_GROUP =
      ConfigOptions.key("source.watermark.alignment-group")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Name of a watermark alignment group. When set, a partition that is further ahead of"
                  + " the group than source.watermark.alignment-max-drift pauses. Default: no"
                  + " alignment.");

  public static final ConfigOption<Duration> ALIGNMENT_MAX_DRIFT =
      ConfigOptions.key("source.watermark.alignment-max-drift")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription(
              "How far a partition may be ahead of its alignment group, in event time.");

  public static final ConfigOption<MemorySize> MAX_INLINE_BYTES =
      ConfigOptions.key("source.max-inline-bytes")
          .memoryType()
          .defaultValue(MemorySize.parse("256 kb"))
          .withDescription(
              "Largest image that a record may carry inline; a larger one is rejected. Inline images"
                  + " that are in flight are part of every checkpoint, once by itself and once in the"
                  + " record that a rejection would carry (of which rejections.max-raw-bytes are kept):"
                  + " each slot holds up to classify.capacity of both.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      ConfigOptions.key("source.kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Prefix: source.kafka.properties.KEY passes KEY to the Kafka consumer as it is, for"
                  + " example security.protocol or sasl.jaas.config. Values are never printed.");

  private SourceOptions() {}

  static SourceSettings read(OptionReader options, String jobName, int maxRawBytes) {
    Duration maxDrift = options.positive(ALIGNMENT_MAX_DRIFT);
    return new SourceSettings(
        options.required(BOOTSTRAP_SERVERS),
        options.list(TOPICS),
        options.find(TOPIC_PATTERN),
        options.textOrDerived(GROUP_ID, jobName, JobOptions.NAME.key()),
        options.get(START),
        startTimestamp(options),
        options.get(FORMAT),
        options.get(ID),
        options.get(PARTITION_DISCOVERY),
        options.get(IDLENESS),
        options.get(WATERMARK_DELAY),
        options.find(ALIGNMENT_GROUP),
        maxDrift,
        options.bytes(MAX_INLINE_BYTES),
        maxRawBytes,
        options.properties(KAFKA_PROPERTIES));
  }

  private static @Nullable Instant startTimestamp(OptionReader options) {
    String text = options.find(START_TIMESTAMP);
    if (text == null) {
      return null;
    }
    try {
      return text.matches("\\d{1,18}")
          ? Instant.ofEpochMilli(Long.parseLong(text))
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      options.invalid(
          START_TIMESTAMP, "must be ISO-8601 with an offset or milliseconds since 1970");
      return null;
    }
  }
}
