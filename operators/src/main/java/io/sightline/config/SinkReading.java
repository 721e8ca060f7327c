// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.jspecify.annotations.Nullable;

/** What the sinks read in the same way. */
final class SinkReading {

  /** How much of the job name stands in a prefix, so that it can be told apart in a list. */
  private static final int READABLE_LENGTH = 40;

  private SinkReading() {}

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
    return options.textOrDerived(option, derived, "job.name, group, topics");
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
