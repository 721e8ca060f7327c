// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code evaluate.*} options that say when a stream is reported about. */
public final class EvaluateStreamOptions {

  public static final ConfigOption<Duration> REPORT_INTERVAL =
      ConfigOptions.key("evaluate.report-interval")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "How often the report about everything so far is written, by the clock. 0 s writes it at"
                  + " the end of the input alone.");

  public static final ConfigOption<Duration> WINDOW_SIZE =
      ConfigOptions.key("evaluate.window.size")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "Length of windows that are reported about one by one, beside everything so far: tumbling,"
                  + " by submitted_at, from midnight UTC. 0 s makes none. With windows watermarks go"
                  + " through the classifier, and one image that is slow to fetch holds up those after"
                  + " it, at most for classify.timeout; source.idleness must not be shorter than that.");

  public static final ConfigOption<Duration> WINDOW_ALLOWED_LATENESS =
      ConfigOptions.key("evaluate.window.allowed-lateness")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "How long after its end a window still takes images; where some came, it is reported about"
                  + " once more. Later ones count for everything so far, and for no window.");

  private EvaluateStreamOptions() {}

  static EvaluateStreamSettings read(OptionReader options) {
    Duration size = options.get(WINDOW_SIZE);
    if (size.isZero() && options.has(WINDOW_ALLOWED_LATENESS)) {
      options.problem(
          "%s has no effect, because %s is not set: set it, or take this away"
              .formatted(WINDOW_ALLOWED_LATENESS.key(), WINDOW_SIZE.key()));
    }
    return new EvaluateStreamSettings(
        options.get(REPORT_INTERVAL), size, options.get(WINDOW_ALLOWED_LATENESS));
  }
}
