// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** Finds combinations of options, other than those of sinks, that together can't work. */
final class ClassifyCombinations {

  private final ClassifyConfig config;
  private final @Nullable SourceSettings source;
  private final ResolvedConfiguration resolved;
  private final Configuration given;
  private final Problems problems;
  private final Configuration flink;
  private final Duration interval;
  private final Duration checkpointTimeout;

  ClassifyCombinations(ClassifyJobConfig job, ResolvedConfiguration resolved, Problems problems) {
    this(job.operator(), job.source(), job.flink(), resolved, problems);
  }

  /**
   * @param source null where it is not ours
   * @param flink Flink's options
   */
  ClassifyCombinations(
      ClassifyConfig config,
      @Nullable SourceSettings source,
      Configuration flink,
      ResolvedConfiguration resolved,
      Problems problems) {
    this.config = config;
    this.source = source;
    this.resolved = resolved;
    this.given = resolved.configuration();
    this.problems = problems;
    this.flink = flink;
    this.interval =
        flink.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL).orElse(Duration.ZERO);
    this.checkpointTimeout = flink.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT);
  }

  void check() {
    checkFlink();
    checkSource(Objects.requireNonNull(source));
    checkOperator();
    checkExchange();
  }

  /** The checks of a job that reads from no topic. */
  void checkWithoutSource() {
    checkFlink();
    checkOperator();
    checkExchange();
  }

  /** The checks of the classify operator in any job. */
  void checkOperator() {
    checkTimes();
    checkMemory();
  }

  private void checkExchange() {
    ClassifySettings classify = config.classify();
    boolean never = classify.exchange() == ClassifySettings.Exchange.NEVER;
    if (classify.ordered() && classify.exchange() == ClassifySettings.Exchange.ALWAYS) {
      problem(
          String.format(
              "%s must be auto or never, because %s is true, and behind an exchange a partition has"
                  + " no order",
              ClassifyOptions.EXCHANGE.key(), ClassifyOptions.ORDERED.key()));
    }
    int parallelism = classify.parallelism();
    if ((classify.ordered() || never)
        && parallelism > 0
        && flink.getOptional(CoreOptions.DEFAULT_PARALLELISM).orElse(0) != parallelism) {
      problem(
          String.format(
              "%s (%d) must be left out or be that of the job, because %s: set %s",
              ClassifyOptions.PARALLELISM.key(),
              parallelism,
              never
                  ? ClassifyOptions.EXCHANGE.key() + " is never"
                  : ClassifyOptions.ORDERED.key() + " is true",
              CoreOptions.DEFAULT_PARALLELISM.key()));
    }
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

  private void checkSource(SourceSettings source) {
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
    checkPatience(timeout);
    below(BatchOptions.MAX_DELAY, config.batch().maxDelay(), ClassifyOptions.TIMEOUT, timeout);
    if (!interval.isZero()) {
      below(
          ClassifyOptions.TIMEOUT,
          timeout,
          CheckpointingOptions.CHECKPOINTING_TIMEOUT,
          checkpointTimeout);
    }
  }

  /** The checks of a job that has a retry topic. */
  void checkRetries(@Nullable RetrySettings retries) {
    OutageSettings outage = config.fetch().outage();
    if (outage.onUnavailable() == OutageSettings.OnUnavailable.RETRY && retries == null) {
      problem(
          String.format(
              "%s must be set, because %s is retry",
              RetryOptions.TOPIC.key(), FetchOptions.ON_UNAVAILABLE.key()));
    }
    if (outage.onUnavailable() == OutageSettings.OnUnavailable.RETRY
        && config.classify().ordered()) {
      problem(
          String.format(
              "%s must be fail or reject, because %s is true, and a reference that is retried comes back"
                  + " behind those after it (got retry)",
              FetchOptions.ON_UNAVAILABLE.key(), ClassifyOptions.ORDERED.key()));
    }
    atMost(
        FetchOptions.RETRY_DELAY, outage.retryDelay(), FetchOptions.RETRY_FOR, outage.retryFor());
  }

  /** Finds what only the classify job can do, in the configuration of another. */
  void checkNoRetries() {
    if (config.fetch().outage().onUnavailable() == OutageSettings.OnUnavailable.RETRY) {
      problem(
          String.format(
              "%s must be fail or reject: only classify has a retry topic (got retry)",
              FetchOptions.ON_UNAVAILABLE.key()));
    }
  }

  private void checkPatience(Duration timeout) {
    Duration patience = config.fetch().outage().patience();
    Duration fetchTimeout = config.fetch().timeout();
    if (!patience.isZero()
        && fetchTimeout.compareTo(timeout) <= 0 // or that is said already
        && patience.plus(fetchTimeout).compareTo(timeout) >= 0) {
      problem(
          String.format(
              "%s + %s must be below %s (got %s + %s >= %s): lower one of them, or raise the last",
              FetchOptions.PATIENCE.key(),
              FetchOptions.TIMEOUT.key(),
              ClassifyOptions.TIMEOUT.key(),
              shown(FetchOptions.PATIENCE, patience),
              shown(FetchOptions.TIMEOUT, fetchTimeout),
              shown(ClassifyOptions.TIMEOUT, timeout)));
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
    if (source != null && source.maxInlineBytes() > inflight) {
      problem(
          String.format(
              "%s must not exceed %s (got %d > %d bytes)",
              SourceOptions.MAX_INLINE_BYTES.key(),
              ClassifyOptions.MAX_INFLIGHT_BYTES.key(),
              source.maxInlineBytes(),
              inflight));
    }
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
              "%s must be below %s (got %s >= %s)%s",
              option.key(),
              bound.key(),
              shown(option, value),
              shown(bound, limit),
              resolved.ofCluster(bound)));
    }
  }

  private String shown(ConfigOption<?> option, Object value) {
    return resolved.shown(option.key(), OptionTypes.text(value));
  }

  private void problem(String message) {
    problems.add(message);
  }
}
