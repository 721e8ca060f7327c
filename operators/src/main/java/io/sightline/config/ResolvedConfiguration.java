// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * A configuration together with where each value comes from and which values are secret. Immutable;
 * {@link #toString} shows keys only.
 */
public final class ResolvedConfiguration {

  /** Origin of what the cluster says for all its jobs. */
  static final String CLUSTER = "the cluster";

  private final Configuration configuration;
  private final Map<String, String> origins;
  private final Set<String> secrets;

  ResolvedConfiguration(
      Configuration configuration, Map<String, String> origins, Set<String> secrets) {
    this.configuration = new Configuration(configuration);
    this.origins = Map.copyOf(origins);
    this.secrets = Set.copyOf(secrets);
  }

  /** A configuration that was put together by a program. */
  public static ResolvedConfiguration of(Configuration configuration) {
    return new ResolvedConfiguration(configuration, Map.of(), Set.of());
  }

  /** A copy of the values, secrets included. */
  public Configuration configuration() {
    return new Configuration(configuration);
  }

  /** The same without some keys. */
  ResolvedConfiguration without(Collection<String> keys) {
    Configuration less = new Configuration(configuration);
    keys.forEach(less::removeKey);
    return new ResolvedConfiguration(less, origins, secrets);
  }

  /** Where the value of a key that is set comes from. */
  String origin(String key) {
    return origins.getOrDefault(key, "set by the program");
  }

  /**
   * The end of a problem's message: which of the options that it is about the cluster has set, and
   * how to change them. Empty where it has set none.
   */
  String ofCluster(ConfigOption<?>... options) {
    String set =
        Stream.of(options)
            .map(ConfigOption::key)
            .filter(key -> CLUSTER.equals(origins.get(key)))
            .map(key -> "%s: %s".formatted(key, configuration.getString(key, "")))
            .collect(Collectors.joining(", "));
    return set.isEmpty()
        ? ""
        : "; the cluster has set %s, which the job's configuration may override".formatted(set);
  }

  /** The text of a value, or a mask where it is secret. */
  String shown(String key, String value) {
    return isSecret(key) ? Secrets.MASK : Secrets.withoutUriSecrets(value);
  }

  boolean isSecret(String key) {
    return secrets.contains(key) || Secrets.isSecretKey(key);
  }

  @Override
  public String toString() {
    return "ResolvedConfiguration" + configuration.keySet();
  }
}
