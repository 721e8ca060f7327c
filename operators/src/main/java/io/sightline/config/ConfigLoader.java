// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * Puts a configuration together from a cluster's, a YAML file, {@code key=value} pairs and flags;
 * what is added later overrides what was added before. Secrets stand as <code>${env:NAME}</code> or
 * <code>
 * ${file:/path}</code> and are put in by {@link #resolve}. Not thread-safe.
 */
public final class ConfigLoader {

  private final SecretReferences secretReferences;
  private final Problems problems;
  private final Map<String, YamlFile.Entry> entries = new LinkedHashMap<>();

  /** Collects what is wrong in {@code problems}; secrets come from the process's environment. */
  public ConfigLoader(Problems problems) {
    this(System::getenv, problems);
  }

  ConfigLoader(Function<String, @Nullable String> environment, Problems problems) {
    this.secretReferences = new SecretReferences(environment);
    this.problems = problems;
  }

  /**
   * Adds what a cluster says for all its jobs, of the options of Flink that are checked or have a
   * default of ours: a job runs with it.
   */
  public ConfigLoader cluster(Map<String, String> configuration) {
    configuration.forEach(
        (key, value) -> {
          if (FlinkConfiguration.isOfCluster(key)) {
            set(key, value, ResolvedConfiguration.CLUSTER);
          }
        });
    return this;
  }

  /** Adds the options of a YAML file. */
  public ConfigLoader file(Path file) {
    entries.putAll(YamlFile.read(file, problems));
    return this;
  }

  /** Adds {@code key=value}; the value may hold further equals signs. */
  public ConfigLoader set(String keyAndValue) {
    int equals = keyAndValue.indexOf('=');
    if (equals < 1) {
      // The text itself is not repeated: it may be a secret.
      problems.add("--set must be followed by KEY=VALUE");
      return this;
    }
    return set(
        keyAndValue.substring(0, equals).strip(), keyAndValue.substring(equals + 1), "--set");
  }

  /**
   * Adds a value.
   *
   * @param origin what it is shown as coming from, such as the flag's name
   */
  public ConfigLoader set(String key, String value, String origin) {
    entries.put(key, new YamlFile.Entry(List.of(value), false, origin));
    return this;
  }

  /** The configuration so far, with its secrets. */
  public ResolvedConfiguration resolve() {
    Configuration configuration = new Configuration();
    Map<String, String> origins = new HashMap<>();
    Set<String> secrets = new HashSet<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.parts().stream().anyMatch(SecretReferences::standIn)) {
            secrets.add(key);
          }
          origins.put(key, entry.origin());
          List<String> parts =
              entry.parts().stream()
                  .map(part -> secretReferences.resolve(key, part, problems))
                  .toList();
          if (entry.isList()) {
            configuration.set(list(key), parts);
          } else {
            configuration.setString(key, parts.get(0));
          }
        });
    return new ResolvedConfiguration(configuration, origins, secrets);
  }

  private static ConfigOption<List<String>> list(String key) {
    return ConfigOptions.key(key).stringType().asList().noDefaultValue();
  }
}
