// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.jspecify.annotations.Nullable;

/** The {@code evaluate.labels.*} options: labels that come after their references. */
public final class EvaluateLabelsOptions {

  public static final ConfigOption<String> TOPIC =
      ConfigOptions.key("evaluate.labels.topic")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka topic of labels that come later, on the brokers of the source and with its"
                  + " properties and start. A reference that has no label of its own waits for the one"
                  + " with its id. Default: none, and a reference without a label is rejected.");

  public static final ConfigOption<LabelSettings.Format> FORMAT =
      ConfigOptions.key("evaluate.labels.format")
          .enumType(LabelSettings.Format.class)
          .defaultValue(LabelSettings.Format.JSON)
          .withDescription(
              "What a record of labels is: json (an object with the texts id and label) or key-value"
                  + " (the record's key is the id, its value is the label, both in UTF-8).");

  public static final ConfigOption<Duration> MAX_DELAY =
      ConfigOptions.key("evaluate.labels.max-delay")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "How far apart submitted_at of a reference and the timestamp of its label's record may"
                  + " be, in event time: a job that was down loses no label by it. After that the"
                  + " reference is rejected as label-expired. Until then its event is part of every"
                  + " checkpoint. Windows are closed this much later.");

  private EvaluateLabelsOptions() {}

  static @Nullable LabelSettings read(OptionReader options) {
    String topic = options.find(TOPIC);
    LabelSettings.Format format = options.get(FORMAT);
    Duration maxDelay = options.positive(MAX_DELAY);
    if (topic == null || topic.isBlank()) {
      for (ConfigOption<?> option : List.<ConfigOption<?>>of(FORMAT, MAX_DELAY)) {
        if (options.has(option)) {
          options.problem(
              "%s has no effect, because %s is not set: set it, or take this away"
                  .formatted(option.key(), TOPIC.key()));
        }
      }
      return null;
    }
    return new LabelSettings(topic, format, maxDelay);
  }
}
