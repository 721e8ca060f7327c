// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** The {@code classify.*} options. */
public final class ClassifyOptions {

  public static final ConfigOption<Integer> WORKERS =
      ConfigOptions.key("classify.workers")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Threads a slot that decode images and run the model. 0 shares the cores of the"
                  + " TaskManager among its slots.");

  public static final ConfigOption<Integer> TOP_K =
      ConfigOptions.key("classify.top-k")
          .intType()
          .defaultValue(5)
          .withDescription(
              "Classes that an event carries, the best first. Default of evaluate: 100, or the largest"
                  + " of evaluate.top-k where that is more.");

  public static final ConfigOption<Float> MIN_SCORE =
      ConfigOptions.key("classify.min-score")
          .floatType()
          .defaultValue(0f)
          .withDescription(
              "Classes with a lower score are left out of the event, between 0 and 1. An event may"
                  + " then carry fewer than classify.top-k classes, even none.");

  public static final ConfigOption<Boolean> ORDERED =
      ConfigOptions.key("classify.ordered")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether the events of a partition leave in the order of its references. One slow image"
                  + " then holds up all behind it, and classify.exchange: auto makes no exchange."
                  + " fetch.on-unavailable must not be retry.");

  public static final ConfigOption<Integer> CAPACITY =
      ConfigOptions.key("classify.capacity")
          .intType()
          .defaultValue(0)
          .withDescription(
              "References in flight a slot, at least batch.max-size x (classify.workers + 1). 0 takes"
                  + " batch.max-size x (classify.workers + 3), with 16 workers where classify.workers is"
                  + " 0: set one of the two where a slot has more cores. More hides the latency of a slow"
                  + " store; all of them are part of every checkpoint.");

  public static final ConfigOption<Duration> TIMEOUT =
      ConfigOptions.key("classify.timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "How long a reference may take from its entry into the operator to its outcome,"
                  + " queueing included; then it is rejected. It must be below"
                  + " execution.checkpointing.timeout.");

  public static final ConfigOption<Integer> PARALLELISM =
      ConfigOptions.key("classify.parallelism")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Parallelism of the classify operator: the slots that hold a session. 0 takes"
                  + " parallelism.default.");

  public static final ConfigOption<ClassifySettings.Exchange> EXCHANGE =
      ConfigOptions.key("classify.exchange")
          .enumType(ClassifySettings.Exchange.class)
          .defaultValue(ClassifySettings.Exchange.AUTO)
          .withDescription(
              "Whether references are spread over all slots between parse and classify: auto"
                  + " (unless each slot has exactly one partition), always or never. Without it a slot without a"
                  + " partition is idle; with it checkpoints are unaligned, and a partition's events"
                  + " lose their order. Where classify.parallelism is not that of the job there is"
                  + " always one.");

  public static final ConfigOption<MemorySize> MAX_INFLIGHT_BYTES =
      ConfigOptions.key("classify.max-inflight-bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(128))
          .withDescription(
              "Encoded images, fetched and inline, that a slot holds on the heap at once. It must be"
                  + " at least fetch.max-bytes and source.max-inline-bytes. Memory that is kept for"
                  + " the next images takes up to a quarter more.");

  private ClassifyOptions() {}

  static ClassifySettings read(OptionReader options) {
    return read(options, options.atLeast(TOP_K, 1));
  }

  static ClassifySettings read(OptionReader options, int topK) {
    float minScore = options.get(MIN_SCORE);
    if (!(minScore >= 0 && minScore <= 1)) {
      options.invalid(MIN_SCORE, "must be between 0 and 1");
      minScore = MIN_SCORE.defaultValue();
    }
    return new ClassifySettings(
        options.atLeast(WORKERS, 0),
        topK,
        minScore,
        options.get(ORDERED),
        options.atLeast(CAPACITY, 0),
        options.positive(TIMEOUT),
        options.atLeast(PARALLELISM, 0),
        options.get(EXCHANGE));
  }
}
