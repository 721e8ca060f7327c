// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.jspecify.annotations.Nullable;

/** What the sinks read in the same way. */
final class SinkReading {

  /** How much of the job name stands in a prefix, so that it can be told apart in a list. */
  private static final int READABLE_LENGTH = 40;

  private SinkReading() {}

  /** The options of a sink that takes what is not set from {@code sink.*}. */
  record Inheriting(
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
      ConfigOption<Map<String, String>> kafkaProperties) {}

  /**
   * Reads a sink that takes what is not set from another, except for what names a place.
   *
   * @param sink what it takes, for its transactional ids
   */
  static SinkSettings inherit(
      OptionReader options,
      Inheriting own,
      SourceSettings source,
      SinkSettings events,
      String jobName,
      String sink) {
    SinkSettings.Type type = options.orDerived(own.type(), events.type(), SinkOptions.TYPE.key());
    boolean kafka = type == SinkSettings.Type.KAFKA;
    String topic = requiredFor(options, own.topic(), kafka, own.type());
    Map<String, String> kafkaProperties = new HashMap<>(events.kafkaProperties());
    kafkaProperties.putAll(options.properties(own.kafkaProperties()));
    return new SinkSettings(
        type,
        options.orDerived(own.guarantee(), events.guarantee(), SinkOptions.GUARANTEE.key()),
        options.orDerived(own.encoding(), events.encoding(), SinkOptions.ENCODING.key()),
        kafka ? bootstrapServers(options, own.bootstrapServers(), source, events) : null,
        topic,
        schemaId(options, own.schemaId()),
        transactionalIdPrefix(options, own.transactionalIdPrefix(), source, jobName, sink, topic),
        options
            .orDerived(
                own.transactionTimeout(),
                Duration.ofMillis(events.transactionTimeoutMillis()),
                SinkOptions.TRANSACTION_TIMEOUT.key())
            .toMillis(),
        requiredFor(options, own.path(), !kafka, own.type()),
        options.orDerived(own.codec(), events.codec(), SinkOptions.CODEC.key()),
        kafkaProperties);
  }

  static String bootstrapServers(
      OptionReader options,
      ConfigOption<String> option,
      SourceSettings source,
      SinkSettings events) {
    String inherited = events.bootstrapServers();
    return inherited == null
        ? options.orDerived(
            option, source.bootstrapServers(), SourceOptions.BOOTSTRAP_SERVERS.key())
        : options.orDerived(option, inherited, SinkOptions.BOOTSTRAP_SERVERS.key());
  }

  static @Nullable String requiredFor(
      OptionReader options,
      ConfigOption<String> option,
      boolean needed,
      ConfigOption<SinkSettings.Type> type) {
    String value = options.find(option);
    if (!needed) {
      return null;
    }
    if (value == null || value.isBlank()) {
      options.problem(
          "%s must be set, because %s is %s"
              .formatted(
                  option.key(), type.key(), option.key().endsWith(".path") ? "files" : "kafka"));
      return null;
    }
    return value;
  }

  static int schemaId(OptionReader options, ConfigOption<Integer> option) {
    Integer id = options.find(option);
    if (id == null) {
      return -1;
    }
    if (id < 0) {
      options.invalid(option, "must be at least 0");
      return -1;
    }
    return id;
  }

  /**
   * The prefix that is set, or else one that is the same at every start of this job and differs
   * from that of another job or sink.
   */
  static @Nullable String transactionalIdPrefix(
      OptionReader options,
      ConfigOption<String> option,
      SourceSettings source,
      String jobName,
      String sink,
      @Nullable String topic) {
    if (topic == null) {
      return options.find(option);
    }
    String read =
        source.topicPattern() == null
            ? String.join(",", source.topics().stream().sorted().toList())
            : source.topicPattern();
    String identity = String.join("\n", List.of(jobName, source.groupId(), read, sink, topic));
    String readable = jobName.replaceAll("[^A-Za-z0-9._-]", "-");
    String derived =
        "%s-%s-%s"
            .formatted(
                readable.substring(0, Math.min(readable.length(), READABLE_LENGTH)),
                sink,
                sha256(identity).substring(0, 12));
    return options.orDerived(option, derived, "job.name, group, topics");
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
