// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;

/**
 * Flink's part of a configuration, with the defaults of this job filled in.
 *
 * @param shown what was set and what was filled in, for display
 */
record FlinkConfiguration(Configuration configuration, List<ResolvedOption> shown) {

  static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

  /** Half of Flink's: two of them fit into a transaction, which brokers bound to 15 minutes. */
  static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(5);

  /**
   * What a cluster may say for all its jobs, and a job goes by where it says nothing itself: what
   * is checked here, or has a default of ours that is no more than a preference.
   */
  private static final Set<String> OF_CLUSTER =
      Set.of(
          CheckpointingOptions.CHECKPOINTING_INTERVAL.key(),
          CheckpointingOptions.CHECKPOINTING_TIMEOUT.key(),
          CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE.key(),
          CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS.key(),
          CheckpointingOptions.TOLERABLE_FAILURE_NUMBER.key(),
          CheckpointingOptions.ENABLE_UNALIGNED.key(),
          PipelineOptions.OBJECT_REUSE.key(),
          RestartStrategyOptions.RESTART_STRATEGY.key());

  /**
   * Whether a key, or its option under another name, is what a cluster may say for all its jobs.
   */
  static boolean isOfCluster(String key) {
    ConfigOption<?> option = FlinkOptions.option(key);
    return option != null && OF_CLUSTER.contains(option.key());
  }

  /** Takes Flink's keys out of a configuration, and names every key that nobody knows. */
  static FlinkConfiguration read(
      ResolvedConfiguration resolved, OptionCatalog catalog, Problems problems) {
    Configuration flink = resolved.configuration();
    Map<String, ResolvedOption> shown = new LinkedHashMap<>();
    for (String key : new TreeSet<>(flink.keySet())) {
      String value = resolved.shown(key, flink.getString(key, ""));
      if (catalog.contains(key)) {
        flink.removeKey(key);
      } else if (!FlinkOptions.takes(key)) {
        flink.removeKey(key);
        problems.add(unknown(key, catalog));
      } else if (!parses(flink, key)) {
        flink.removeKey(key);
        problems.add("%s has a value that Flink can't read (got %s)".formatted(key, value));
      } else {
        shown.put(key, new ResolvedOption(key, value, resolved.origin(key)));
      }
    }
    setDefault(flink, CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL, shown);
    setDefault(flink, CheckpointingOptions.CHECKPOINTING_TIMEOUT, CHECKPOINT_TIMEOUT, shown);
    setDefault(flink, PipelineOptions.GENERIC_TYPES, false, shown);
    // No function of the jobs keeps or changes what it has handed on.
    setDefault(flink, PipelineOptions.OBJECT_REUSE, true, shown);
    return new FlinkConfiguration(flink, new ArrayList<>(shown.values()));
  }

  private static <T> void setDefault(
      Configuration flink, ConfigOption<T> option, T value, Map<String, ResolvedOption> shown) {
    if (!flink.contains(option)) {
      flink.set(option, value);
      shown.put(option.key(), new ResolvedOption(option.key(), OptionTypes.text(value), "default"));
    }
  }

  /** What to say of a key that nobody knows. */
  static String unknown(String key, OptionCatalog catalog) {
    Set<String> known = new HashSet<>(catalog.keys());
    if (!catalog.families().contains(OptionCatalog.family(key))) {
      known.addAll(FlinkOptions.keys());
    }
    String nearest = NearestKey.of(key, known);
    return nearest == null
        ? key + " is not a known option"
        : "%s is not a known option: did you mean %s?".formatted(key, nearest);
  }

  private static boolean parses(Configuration flink, String key) {
    ConfigOption<?> option = FlinkOptions.option(key);
    try {
      return option == null || flink.getOptional(option).isPresent() || flink.containsKey(key);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
