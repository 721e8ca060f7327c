// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.CheckpointingMode;
import org.jspecify.annotations.Nullable;

/** Finds combinations of the options of sinks that are each allowed and together can't work. */
final class SinkCombinations {

  private static final int KAFKA_MAX_REQUEST_SIZE = 1 << 20;

  /** Room for everything in a rejection but the raw record. */
  private static final int REJECTION_OVERHEAD = 16 << 10;

  private final ResolvedConfiguration resolved;
  private final Configuration given;
  private final Configuration flink;
  private final Problems problems;
  private final Duration interval;
  private final Duration checkpointTimeout;
  private final Map<String, SinkSettings> sinks = new LinkedHashMap<>();

  /**
   * Checks that report to {@code problems}.
   *
   * @param flink Flink's own options, with this job's defaults
   */
  SinkCombinations(ResolvedConfiguration resolved, Configuration flink, Problems problems) {
    this.resolved = resolved;
    this.given = resolved.configuration();
    this.flink = flink;
    this.problems = problems;
    this.interval = flink.get(CheckpointingOptions.CHECKPOINTING_INTERVAL);
    this.checkpointTimeout = flink.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT);
  }

  /**
   * Checks a sink by itself, and against those before it.
   *
   * @param prefix of its options, without the last dot
   */
  SinkCombinations check(String prefix, SinkSettings sink) {
    checkSink(sink, prefix);
    sinks.forEach((firstPrefix, first) -> checkApart(firstPrefix, first, prefix, sink));
    sinks.put(prefix, sink);
    return this;
  }

  private void checkSink(SinkSettings sink, String prefix) {
    if (sink.encoding() == SinkSettings.Encoding.AVRO_CONFLUENT) {
      if (sink.type() == SinkSettings.Type.FILES) {
        problem(
            String.format(
                "%s.encoding must be avro-single-object or json, because %s.type is files",
                prefix, prefix));
      } else if (sink.schemaId() < 0) {
        problem(
            String.format(
                "%s.schema-id must be set, because %s.encoding is avro-confluent", prefix, prefix));
      }
    }
    if (sink.type() == SinkSettings.Type.FILES) {
      checkFiles(prefix);
    } else if (sink.guarantee() == SinkSettings.Guarantee.EXACTLY_ONCE) {
      checkTransactions(sink, prefix);
    } else if (sink.guarantee() == SinkSettings.Guarantee.AT_LEAST_ONCE && interval.isZero()) {
      needsCheckpoints(prefix + ".guarantee is at-least-once");
    }
  }

  private void checkFiles(String prefix) {
    String guarantee = given.getString(prefix + ".guarantee", "exactly-once");
    if (!guarantee.equalsIgnoreCase(SinkSettings.Guarantee.EXACTLY_ONCE.toString())) {
      problem(
          String.format(
              "%s.guarantee must be exactly-once, because %s.type is files (got %s)",
              prefix, prefix, guarantee));
    }
    if (interval.isZero()) {
      needsCheckpoints(prefix + ".type is files, and files are finished by checkpoints");
    }
  }

  private void checkTransactions(SinkSettings sink, String prefix) {
    if (interval.isZero()) {
      needsCheckpoints(prefix + ".guarantee is exactly-once");
      return;
    }
    if (flink.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE)
        != CheckpointingMode.EXACTLY_ONCE) {
      problem(
          String.format(
              "%s must be EXACTLY_ONCE, because %s.guarantee is exactly-once",
              CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE.key(), prefix));
    }
    Duration least = interval.plus(checkpointTimeout);
    Duration timeout = Duration.ofMillis(sink.transactionTimeoutMillis());
    if (timeout.compareTo(least) <= 0) {
      problem(
          String.format(
              "%s.transaction-timeout must exceed %s + %s, or a slow checkpoint loses its records"
                  + " (got %s <= %s)",
              prefix,
              CheckpointingOptions.CHECKPOINTING_INTERVAL.key(),
              CheckpointingOptions.CHECKPOINTING_TIMEOUT.key(),
              OptionTypes.text(timeout),
              OptionTypes.text(least)));
    }
  }

  private void checkApart(
      String firstPrefix, SinkSettings first, String prefix, SinkSettings sink) {
    if (String.valueOf(first.bootstrapServers()).equals(sink.bootstrapServers())) {
      checkDiffer(firstPrefix, first.topic(), prefix, sink.topic(), ".topic");
    }
    checkDiffer(firstPrefix, first.path(), prefix, sink.path(), ".path");
    checkDiffer(
        firstPrefix,
        first.transactionalIdPrefix(),
        prefix,
        sink.transactionalIdPrefix(),
        ".transactional-id-prefix");
  }

  private void checkDiffer(
      String firstPrefix,
      @Nullable String first,
      String prefix,
      @Nullable String value,
      String option) {
    if (first != null && first.equals(value)) {
      problem(
          String.format(
              "%s and %s must differ (got %s)",
              firstPrefix + option, prefix + option, resolved.shown(firstPrefix + option, first)));
    }
  }

  /** Checks that no sink writes to a topic that is read. */
  void checkSource(String option, SourceSettings source) {
    sinks.forEach(
        (prefix, sink) -> {
          String topic = sink.topic();
          if (topic != null
              && source.topics().contains(topic)
              && source.bootstrapServers().equals(sink.bootstrapServers())) {
            problem(
                String.format(
                    "%s.topic must not be among %s (got %s)",
                    prefix, option, resolved.shown(prefix + ".topic", topic)));
          }
        });
  }

  /** A rejection that the producer refuses would fail the job over and over. */
  void checkRejectionSize(SinkSettings rejections, int raw) {
    if (rejections.type() != SinkSettings.Type.KAFKA) {
      return;
    }
    String set = rejections.kafkaProperties().get("max.request.size");
    if (set != null && !set.matches("\\d{1,10}")) {
      problem("max.request.size of the rejections' producer must be a whole number");
      return;
    }
    long limit = set == null ? KAFKA_MAX_REQUEST_SIZE : Long.parseLong(set);
    boolean base64 = rejections.encoding() == SinkSettings.Encoding.JSON;
    long size = (base64 ? (raw + 2L) / 3 * 4 : raw) + REJECTION_OVERHEAD;
    if (size > limit) {
      problem(
          String.format(
              "%s is too large: a rejection of up to %d bytes would exceed max.request.size (%d); lower"
                  + " it, or raise rejections.kafka.properties.max.request.size and the topic's"
                  + " max.message.bytes",
              RejectionOptions.MAX_RAW_BYTES.key(), size, limit));
    }
  }

  private void needsCheckpoints(String because) {
    problem(
        String.format(
            "%s must be more than 0, because %s",
            CheckpointingOptions.CHECKPOINTING_INTERVAL.key(), because));
  }

  private void problem(String message) {
    problems.add(message);
  }
}
