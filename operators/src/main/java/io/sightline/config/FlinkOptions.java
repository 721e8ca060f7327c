// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.AlgorithmOptions;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.SlowTaskDetectorOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.configuration.StateLatencyTrackOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.StateSizeTrackOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.jspecify.annotations.Nullable;

/** The options of Flink, as its own options classes declare them. */
final class FlinkOptions {

  private static final List<Class<?>> CLASSES =
      List.of(
          AlgorithmOptions.class,
          BatchExecutionOptions.class,
          BlobServerOptions.class,
          CheckpointingOptions.class,
          ClusterOptions.class,
          CoreOptions.class,
          DeploymentOptions.class,
          ExecutionOptions.class,
          HeartbeatManagerOptions.class,
          HighAvailabilityOptions.class,
          JobManagerOptions.class,
          MetricOptions.class,
          NettyShuffleEnvironmentOptions.class,
          PipelineOptions.class,
          ResourceManagerOptions.class,
          RestOptions.class,
          RestartStrategyOptions.class,
          RpcOptions.class,
          SecurityOptions.class,
          org.apache.flink.configuration.SinkOptions.class,
          SlowTaskDetectorOptions.class,
          StateBackendOptions.class,
          StateChangelogOptions.class,
          StateLatencyTrackOptions.class,
          StateRecoveryOptions.class,
          StateSizeTrackOptions.class,
          TaskManagerOptions.class,
          WebOptions.class);

  /**
   * Families in which plugins, reporters and file systems have keys that Flink does not declare.
   */
  private static final List<String> OPEN =
      List.of(
          "metrics.",
          "traces.",
          "events.",
          "state.backend.rocksdb.",
          "state.backend.forst.",
          "s3.",
          "s3a.",
          "s3n.",
          "presto.s3.",
          "hive.s3.",
          "gs.",
          "fs.",
          "dfs.",
          "flink.hadoop.",
          "security.",
          "high-availability.",
          "kubernetes.",
          "yarn.",
          "zookeeper.",
          "containerized.",
          "env.",
          "external-resource.",
          "external-resources",
          "job-result-store.",
          "process.",
          "plugin.",
          "jmx.",
          "historyserver.",
          "client.");

  private static final FlinkOptions INSTANCE = new FlinkOptions();

  private final Map<String, ConfigOption<?>> byKey = new HashMap<>();
  private final Set<String> prefixes = new HashSet<>();

  private FlinkOptions() {
    for (Class<?> options : CLASSES) {
      for (Field field : options.getFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
          add(field);
        }
      }
    }
  }

  /** Whether Flink, or one of its plugins, may take a key. */
  static boolean takes(String key) {
    return INSTANCE.byKey.containsKey(key)
        || INSTANCE.prefixes.stream().anyMatch(key::startsWith)
        || OPEN.stream().anyMatch(key::startsWith);
  }

  /** The option under a key, or null where Flink declares none. */
  static @Nullable ConfigOption<?> option(String key) {
    return INSTANCE.byKey.get(key);
  }

  /** The keys that Flink declares. */
  static Set<String> keys() {
    return Set.copyOf(INSTANCE.byKey.keySet());
  }

  private void add(Field field) {
    try {
      ConfigOption<?> option = (ConfigOption<?>) field.get(null);
      byKey.put(option.key(), option);
      for (FallbackKey other : option.fallbackKeys()) {
        byKey.putIfAbsent(other.getKey(), option);
      }
      if (field.getGenericType() instanceof ParameterizedType declared
          && declared.getActualTypeArguments()[0] instanceof ParameterizedType type
          && type.getRawType() == Map.class) {
        prefixes.add(option.key() + ".");
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " can't be read", e);
    }
  }
}
