// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.Configuration;

/**
 * A configuration together with where each value comes from and which values are secret. Immutable;
 * {@link #toString} shows keys only.
 */
public final class ResolvedConfiguration {

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
