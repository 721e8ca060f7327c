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

  /** Room for everything in a record but the raw record and what the reference says of itself. */
  private static final int RECORD_OVERHEAD = 16 << 10;

  /** The id may be the URI or the key again, and is the key of the record written. */
  private static final int AVRO_COPIES = 3;

  /** Of these the first two are in the JSON, where a control character takes six bytes. */
  private static final int JSON_COPIES = 2 * 6 + 1;

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
    } else {
      needsExactlyOnceMode(prefix + ".type is files, and files are exactly-once");
    }
  }

  private void checkTransactions(SinkSettings sink, String prefix) {
    if (interval.isZero()) {
      needsCheckpoints(prefix + ".guarantee is exactly-once");
      return;
    }
    needsExactlyOnceMode(prefix + ".guarantee is exactly-once");
    Duration least = longestTransaction();
    Duration timeout = Duration.ofMillis(sink.transactionTimeoutMillis());
    if (timeout.compareTo(least) <= 0) {
      problem(
          String.format(
              "%s.transaction-timeout must exceed what two slow checkpoints take, or the broker aborts"
                  + " what they have written (got %s <= %s): raise it, or lower %s (%s)%s",
              prefix,
              OptionTypes.text(timeout),
              OptionTypes.text(least),
              CheckpointingOptions.CHECKPOINTING_TIMEOUT.key(),
              OptionTypes.text(checkpointTimeout),
              resolved.ofCluster(
                  CheckpointingOptions.CHECKPOINTING_INTERVAL,
                  CheckpointingOptions.CHECKPOINTING_TIMEOUT,
                  CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS,
                  CheckpointingOptions.TOLERABLE_FAILURE_NUMBER)));
    }
  }

  /**
   * How long a transaction may be open while all is well: it begins at the sink's barrier of one
   * checkpoint and ends when the next one is complete, or, where some may fail, the next that does
   * not.
   */
  private Duration longestTransaction() {
    Duration slow =
        checkpointTimeout.plus(flink.get(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS));
    Duration apart = slow.compareTo(interval) > 0 ? slow : interval;
    int mayFail = flink.get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER);
    return apart.multipliedBy(1L + Math.max(0, mayFail)).plus(checkpointTimeout);
  }

  /** Checks the mode of checkpoints for what counts each record once. */
  void needsExactlyOnceMode(String because) {
    if (flink.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE)
        != CheckpointingMode.EXACTLY_ONCE) {
      problem(
          String.format(
              "%s must be EXACTLY_ONCE, because %s%s",
              CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE.key(),
              because,
              resolved.ofCluster(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE)));
    }
  }

  private void checkApart(
      String firstPrefix, SinkSettings first, String prefix, SinkSettings sink) {
    if (Brokers.overlap(first.bootstrapServers(), sink.bootstrapServers())) {
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

  /** Checks that no sink writes to a topic that the source reads: the job would feed itself. */
  void checkSource(SourceSettings source) {
    checkNotRead(source, reader(source));
  }

  /** Checks that the topic of labels is neither written by a sink nor read for references. */
  void checkLabels(LabelSettings labels, SourceSettings references) {
    SourceSettings source = labels.source(references);
    checkNotRead(source, "be among " + EvaluateLabelsOptions.TOPIC.key());
    if (references.reads(labels.topic(), source.bootstrapServers())) {
      mustNot(EvaluateLabelsOptions.TOPIC.key(), reader(references), labels.topic());
    }
  }

  private static String reader(SourceSettings source) {
    return source.topicPattern() == null
        ? "be among " + SourceOptions.TOPICS.key()
        : "match " + SourceOptions.TOPIC_PATTERN.key();
  }

  private void checkNotRead(SourceSettings source, String reader) {
    sinks.forEach(
        (prefix, sink) -> {
          String topic = sink.topic();
          if (topic != null && source.reads(topic, sink.bootstrapServers())) {
            mustNot(prefix + ".topic", reader, topic);
          }
        });
  }

  private void mustNot(String option, String what, String topic) {
    problem(String.format("%s must not %s (got %s)", option, what, resolved.shown(option, topic)));
  }

  /**
   * Checks that the largest record without its raw part can be sent: one that the producer refuses
   * would fail the job over and over.
   *
   * @param prefix of the options of a sink whose records carry what a reference says of itself
   */
  SinkCombinations checkRecordSize(String prefix, SinkSettings sink) {
    long limit = maxRequestSize(sink);
    boolean json = sink.encoding() == SinkSettings.Encoding.JSON;
    long copies = json ? JSON_COPIES : AVRO_COPIES;
    long size = copies * SourceSettings.MAX_METADATA_BYTES + RECORD_OVERHEAD;
    if (sink.type() == SinkSettings.Type.KAFKA && limit > 0 && limit < size) {
      problem(
          String.format(
              "%s.kafka.properties.max.request.size must be at least %d: so large may a record be whose"
                  + " reference has a long id, URI and key (got %d)",
              prefix, size, limit));
    }
    return this;
  }

  /** What a producer may send; 0 where that is no number, which Kafka itself says. */
  private static long maxRequestSize(SinkSettings sink) {
    String set = sink.kafkaProperties().getOrDefault("max.request.size", "").strip();
    if (set.isEmpty()) {
      return KAFKA_MAX_REQUEST_SIZE;
    }
    return set.matches("\\d{1,10}") ? Long.parseLong(set) : 0;
  }

  /** A rejection that the producer refuses would fail the job over and over. */
  void checkRejectionSize(SinkSettings rejections, int raw) {
    long limit = maxRequestSize(rejections);
    if (rejections.type() != SinkSettings.Type.KAFKA || limit == 0) {
      return;
    }
    boolean base64 = rejections.encoding() == SinkSettings.Encoding.JSON;
    long size = (base64 ? (raw + 2L) / 3 * 4 : raw) + RECORD_OVERHEAD;
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
            "%s must be more than 0, because %s%s",
            CheckpointingOptions.CHECKPOINTING_INTERVAL.key(),
            because,
            resolved.ofCluster(CheckpointingOptions.CHECKPOINTING_INTERVAL)));
  }

  private void problem(String message) {
    problems.add(message);
  }
}
