// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.apache.flink.configuration.RestartStrategyOptions.RESTART_STRATEGY;
import static org.apache.flink.configuration.RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER;
import static org.apache.flink.configuration.RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF;
import static org.apache.flink.configuration.RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF;
import static org.apache.flink.configuration.RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestartStrategyOptions.RestartStrategyType;

/**
 * How a job restarts where neither its configuration nor the cluster's says so: an outage of any
 * length is outlasted, and after ten good minutes the next one meets short pauses again.
 */
final class RestartDefaults {

  private RestartDefaults() {}

  /** What is missing in a configuration; nothing where it names a strategy. */
  static Configuration of(ReadableConfig flink) {
    Configuration missing = new Configuration();
    if (flink.getOptional(RESTART_STRATEGY).isPresent()) {
      return missing;
    }
    missing.set(RESTART_STRATEGY, RestartStrategyType.EXPONENTIAL_DELAY.getMainValue());
    set(missing, flink, RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, Duration.ofSeconds(1));
    set(missing, flink, RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER, 2.0);
    set(missing, flink, RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, Duration.ofMinutes(1));
    set(
        missing,
        flink,
        RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
        Duration.ofMinutes(10));
    return missing;
  }

  private static <T> void set(
      Configuration missing, ReadableConfig flink, ConfigOption<T> option, T value) {
    if (flink.getOptional(option).isEmpty()) {
      missing.set(option, value);
    }
  }
}
