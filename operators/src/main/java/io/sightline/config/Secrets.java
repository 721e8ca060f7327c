// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.flink.configuration.GlobalConfiguration;

/** Which values are never printed, and what stands in their place. */
public final class Secrets {

  static final String MASK = "******";

  private static final List<String> SECRET_WORDS =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "secret",
          "token",
          "jaas.config",
          "ssl.key",
          "keystore.key",
          "access-key",
          "access.key",
          "credential",
          "private-key",
          "private.key",
          "user.info",
          ".kafka.properties");

  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/?#@\\s]*@");
  private static final Pattern QUERY_VALUE = Pattern.compile("(?<=[?&][^=&\\s]{1,64}=)[^&#\\s]+");

  private static final Pattern JAAS_MARKS = Pattern.compile("[\\s;=\"']+");

  private Secrets() {}

  /**
   * A text of Kafka's without the values of properties, which it likes to repeat: of a JAAS
   * configuration each of its words.
   */
  public static String withoutValues(String text, Map<String, String> properties) {
    Set<String> values =
        new TreeSet<>(
            Comparator.comparing(String::length).reversed().thenComparing(value -> value));
    for (Map.Entry<String, String> property : properties.entrySet()) {
      values.add(property.getValue().strip());
      if (property.getKey().endsWith("jaas.config")) {
        values.addAll(List.of(JAAS_MARKS.split(property.getValue())));
      }
    }
    values.remove("");
    String masked = text;
    for (String value : values) {
      masked = masked.replaceAll("(?<![\\w-])" + Pattern.quote(value) + "(?![\\w-])", MASK);
    }
    return masked;
  }

  /** Whether a value must not be printed because of the key that it stands under. */
  static boolean isSecretKey(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return GlobalConfiguration.isSensitive(key) || SECRET_WORDS.stream().anyMatch(lower::contains);
  }

  /** Hides the user info and the query values of URIs inside a value that may be printed. */
  static String withoutUriSecrets(String value) {
    if (!value.contains("://")) {
      return value;
    }
    String masked = USER_INFO.matcher(value).replaceAll(MASK + "@");
    return QUERY_VALUE.matcher(masked).replaceAll(MASK);
  }
}
