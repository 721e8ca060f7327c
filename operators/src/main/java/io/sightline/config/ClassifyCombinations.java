// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.CheckpointingMode;

/** Finds combinations of options that are each allowed and together can't work. */
final class ClassifyCombinations {

  private static final int KAFKA_MAX_REQUEST_SIZE = 1 << 20;

  /** Room for everything in a rejection but the raw record. */
  private static final int REJECTION_OVERHEAD = 16 << 10;

  private final ClassifyJobConfig config;
  private final ResolvedConfiguration resolved;
  private final Configuration given;
  private final Problems problems;
  private final Configuration flink;
  private final Duration interval;
  private final Duration checkpointTimeout;

  ClassifyCombinations(
      ClassifyJobConfig config, ResolvedConfiguration resolved, Problems problems) {
    this.config = config;
    this.resolved = resolved;
    this.given = resolved.configuration();
    this.problems = problems;
    this.flink = config.flink();
    this.interval = flink.get(CheckpointingOptions.CHECKPOINTING_INTERVAL);
    this.checkpointTimeout = flink.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT);
  }

  void check() {
    checkFlink();
    checkSource();
    checkTimes();
    checkMemory();
    checkSink(config.events(), "sink");
    checkSink(config.rejections(), "rejections");
    checkSinksApart();
    checkRejectionSize();
  }

  private void checkFlink() {
    if (flink.get(PipelineOptions.GENERIC_TYPES)) {
      problem(
          String.format(
              "%s must be false: what is in state is Avro or a POJO, never Kryo",
              PipelineOptions.GENERIC_TYPES.key()));
    }
    if (flink.contains(PipelineOptions.NAME)) {
      problem(
          String.format(
              "%s must not be set: the job's name is %s",
              PipelineOptions.NAME.key(), JobOptions.NAME.key()));
    }
  }

  private void checkSource() {
    SourceSettings source = config.source();
    boolean topics = given.contains(SourceOptions.TOPICS);
    boolean pattern = given.contains(SourceOptions.TOPIC_PATTERN);
    if (topics == pattern) {
      problem(
          String.format(
              "Either %s or %s must be set (got %s)",
              SourceOptions.TOPICS.key(),
              SourceOptions.TOPIC_PATTERN.key(),
              topics ? "both" : "neither"));
    }
    checkPattern(source);
    if (source.start() == SourceSettings.Start.TIMESTAMP) {
      if (!given.contains(SourceOptions.START_TIMESTAMP)) {
        problem(
            String.format(
                "%s must be set, because %s is timestamp",
                SourceOptions.START_TIMESTAMP.key(), SourceOptions.START.key()));
      }
    } else if (given.contains(SourceOptions.START_TIMESTAMP)) {
      problem(
          String.format(
              "%s has no effect, because %s is %s and not timestamp",
              SourceOptions.START_TIMESTAMP.key(), SourceOptions.START.key(), source.start()));
    }
    if (source.format() == SourceSettings.Format.URI && source.id() == SourceSettings.Id.FIELD) {
      problem(
          String.format(
              "%s must be kafka-key, uri or offset, because %s is uri and a plain URI has no field id",
              SourceOptions.ID.key(), SourceOptions.FORMAT.key()));
    }
  }

  private void checkPattern(SourceSettings source) {
    String pattern = source.topicPattern();
    if (pattern == null) {
      return;
    }
    try {
      var unused = Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      problem(
          String.format(
              "%s must be a Java regular expression (got %s: %s)",
              SourceOptions.TOPIC_PATTERN.key(),
              shown(SourceOptions.TOPIC_PATTERN, pattern),
              e.getDescription()));
    }
  }

  private void checkTimes() {
    Duration timeout = config.classify().timeout();
    atMost(
        FetchOptions.CONNECT_TIMEOUT,
        config.fetch().connectTimeout(),
        FetchOptions.TIMEOUT,
        config.fetch().timeout());
    atMost(FetchOptions.TIMEOUT, config.fetch().timeout(), ClassifyOptions.TIMEOUT, timeout);
    below(BatchOptions.MAX_DELAY, config.batch().maxDelay(), ClassifyOptions.TIMEOUT, timeout);
    if (!interval.isZero()) {
      below(
          ClassifyOptions.TIMEOUT,
          timeout,
          CheckpointingOptions.CHECKPOINTING_TIMEOUT,
          checkpointTimeout);
    }
  }

  private void checkMemory() {
    ClassifySettings classify = config.classify();
    int least = config.batch().maxSize() * (Math.max(classify.workers(), 1) + 1);
    if (classify.capacity() > 0 && classify.capacity() < least) {
      problem(
          String.format(
              "%s must be at least %s x (%s + 1) = %d (got %d)",
              ClassifyOptions.CAPACITY.key(),
              BatchOptions.MAX_SIZE.key(),
              ClassifyOptions.WORKERS.key(),
              least,
              classify.capacity()));
    }
    long inflight = config.fetch().maxInflightBytes();
    if (config.fetch().maxBytes() > inflight) {
      problem(
          String.format(
              "%s must not exceed %s (got %d > %d bytes)",
              FetchOptions.MAX_BYTES.key(),
              ClassifyOptions.MAX_INFLIGHT_BYTES.key(),
              config.fetch().maxBytes(),
              inflight));
    }
    if (config.source().maxInlineBytes() > inflight) {
      problem(
          String.format(
              "%s must not exceed %s (got %d > %d bytes)",
              SourceOptions.MAX_INLINE_BYTES.key(),
              ClassifyOptions.MAX_INFLIGHT_BYTES.key(),
              config.source().maxInlineBytes(),
              inflight));
    }
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

  private void checkSinksApart() {
    SinkSettings events = config.events();
    SinkSettings rejections = config.rejections();
    String topic = events.topic();
    if (topic != null
        && topic.equals(rejections.topic())
        && String.valueOf(events.bootstrapServers()).equals(rejections.bootstrapServers())) {
      problem(
          String.format(
              "%s and %s must differ (got %s)",
              SinkOptions.TOPIC.key(),
              RejectionOptions.TOPIC.key(),
              shown(SinkOptions.TOPIC, topic)));
    }
    if (events.path() != null && events.path().equals(rejections.path())) {
      problem(
          String.format(
              "%s and %s must differ (got %s)",
              SinkOptions.PATH.key(),
              RejectionOptions.PATH.key(),
              shown(SinkOptions.PATH, events.path())));
    }
    if (events.transactionalIdPrefix() != null
        && events.transactionalIdPrefix().equals(rejections.transactionalIdPrefix())) {
      problem(
          String.format(
              "%s and %s must differ (got %s)",
              SinkOptions.TRANSACTIONAL_ID_PREFIX.key(),
              RejectionOptions.TRANSACTIONAL_ID_PREFIX.key(),
              shown(SinkOptions.TRANSACTIONAL_ID_PREFIX, events.transactionalIdPrefix())));
    }
    if (topic != null
        && config.source().topics().contains(topic)
        && config.source().bootstrapServers().equals(events.bootstrapServers())) {
      problem(
          String.format(
              "%s must not be among %s (got %s)",
              SinkOptions.TOPIC.key(),
              SourceOptions.TOPICS.key(),
              shown(SinkOptions.TOPIC, topic)));
    }
  }

  /** A rejection that the producer refuses would fail the job over and over. */
  private void checkRejectionSize() {
    SinkSettings rejections = config.rejections();
    if (rejections.type() != SinkSettings.Type.KAFKA) {
      return;
    }
    String set = rejections.kafkaProperties().get("max.request.size");
    if (set != null && !set.matches("\\d{1,10}")) {
      problem("max.request.size of the rejections' producer must be a whole number");
      return;
    }
    long limit = set == null ? KAFKA_MAX_REQUEST_SIZE : Long.parseLong(set);
    long raw = config.source().maxRawBytes();
    boolean base64 = rejections.encoding() == SinkSettings.Encoding.JSON;
    long size = (base64 ? (raw + 2) / 3 * 4 : raw) + REJECTION_OVERHEAD;
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

  private void atMost(
      ConfigOption<?> option, Duration value, ConfigOption<?> bound, Duration most) {
    if (value.compareTo(most) > 0) {
      problem(
          String.format(
              "%s must not exceed %s (got %s > %s)",
              option.key(), bound.key(), shown(option, value), shown(bound, most)));
    }
  }

  private void below(
      ConfigOption<?> option, Duration value, ConfigOption<?> bound, Duration limit) {
    if (value.compareTo(limit) >= 0) {
      problem(
          String.format(
              "%s must be below %s (got %s >= %s)",
              option.key(), bound.key(), shown(option, value), shown(bound, limit)));
    }
  }

  private String shown(ConfigOption<?> option, Object value) {
    return resolved.shown(option.key(), OptionTypes.text(value));
  }

  private void problem(String message) {
    problems.add(message);
  }
}
