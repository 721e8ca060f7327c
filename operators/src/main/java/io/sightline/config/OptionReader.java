// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.jspecify.annotations.Nullable;

/**
 * Reads options one by one, writes down what is wrong with them, and goes on with the default, so
 * that all problems are found in one pass. It also keeps what each option came to. Not thread-safe.
 */
final class OptionReader {

  private final ResolvedConfiguration resolved;
  private final Configuration configuration;
  private final Problems problems;
  private final Map<String, ResolvedOption> seen = new LinkedHashMap<>();

  OptionReader(ResolvedConfiguration resolved, Problems problems) {
    this.resolved = resolved;
    this.configuration = resolved.configuration();
    this.problems = problems;
  }

  /** The value of an option that has a default. */
  <T> T get(ConfigOption<T> option) {
    T value = parse(option);
    if (value != null) {
      return value;
    }
    T byDefault = option.defaultValue();
    note(option, byDefault, "default");
    return byDefault;
  }

  /** The value of an option, or null where it is not set. */
  <T> @Nullable T find(ConfigOption<T> option) {
    T value = parse(option);
    if (value == null) {
      seen.put(option.key(), new ResolvedOption(option.key(), "", "default"));
    }
    return value;
  }

  /** A text that must not be blank, or null where it is not set. */
  @Nullable String findText(ConfigOption<String> option) {
    String value = find(option);
    if (value != null && value.isBlank()) {
      problem(option.key() + " must not be blank");
      return null;
    }
    return value;
  }

  /** A text that has a default, and must not be blank. */
  String getText(ConfigOption<String> option) {
    return notBlank(option, get(option), option.defaultValue());
  }

  /** A text that must not be blank, or else one that follows from another option. */
  String textOrDerived(ConfigOption<String> option, String derived, String from) {
    return notBlank(option, orDerived(option, derived, from), derived);
  }

  private String notBlank(ConfigOption<String> option, String value, String otherwise) {
    if (!value.isBlank()) {
      return value;
    }
    problem(option.key() + " must not be blank: give it a value, or leave it out");
    return otherwise;
  }

  /** Whether an option is set, be its value good or bad. */
  boolean has(ConfigOption<?> option) {
    return configuration.containsKey(option.key());
  }

  /** The value of an option that must be set; an empty text where it is not. */
  String required(ConfigOption<String> option) {
    String value = find(option);
    if (value == null || value.isBlank()) {
      problem(option.key() + " must be set");
      return "";
    }
    return value;
  }

  /** The value of an option, or else one that follows from another option. */
  <T> T orDerived(ConfigOption<T> option, T derived, String from) {
    T value = parse(option);
    if (value != null) {
      return value;
    }
    note(option, derived, "from " + from);
    return derived;
  }

  int atLeast(ConfigOption<Integer> option, int least) {
    int value = get(option);
    if (value < least) {
      invalid(option, "must be at least " + least);
      return option.defaultValue();
    }
    return value;
  }

  Duration positive(ConfigOption<Duration> option) {
    Duration value = get(option);
    if (value.isZero()) {
      invalid(option, "must be more than 0");
      return option.defaultValue();
    }
    return value;
  }

  /** A size that fits into an array. */
  int bytes(ConfigOption<MemorySize> option) {
    long value = longBytes(option);
    if (value > Integer.MAX_VALUE - 64) {
      invalid(option, "must be below 2 gb");
      return (int) option.defaultValue().getBytes();
    }
    return (int) value;
  }

  long longBytes(ConfigOption<MemorySize> option) {
    MemorySize value = get(option);
    if (value.getBytes() < 1) {
      invalid(option, "must be at least 1 byte");
      return option.defaultValue().getBytes();
    }
    return value.getBytes();
  }

  /** A list that is written as YAML, or separated by commas or semicolons. */
  List<String> list(ConfigOption<List<String>> option) {
    List<String> read = option.hasDefaultValue() ? get(option) : find(option);
    if (read == null) {
      return List.of();
    }
    List<String> items = new ArrayList<>();
    for (Object item : read) {
      Arrays.stream(String.valueOf(item).split("[,;]"))
          .map(String::strip)
          .filter(part -> !part.isEmpty())
          .forEach(items::add);
    }
    if (items.isEmpty()) {
      invalid(option, "must name at least one");
    }
    return items;
  }

  /** The keys and values under a prefix. */
  Map<String, String> properties(ConfigOption<Map<String, String>> option) {
    Map<String, String> properties = new TreeMap<>();
    String prefix = option.key() + ".";
    if (configuration.containsKey(option.key())) {
      properties.putAll(get(option));
    }
    for (String key : configuration.keySet()) {
      if (key.startsWith(prefix)) {
        properties.put(key.substring(prefix.length()), configuration.getString(key, ""));
        seen.put(key, new ResolvedOption(key, Secrets.MASK, resolved.origin(key)));
      }
    }
    if (properties.isEmpty()) {
      seen.put(option.key(), new ResolvedOption(option.key(), "", "default"));
    }
    return properties;
  }

  /** Says that the value of an option that is set is not allowed. */
  void invalid(ConfigOption<?> option, String rule) {
    ResolvedOption shown = seen.get(option.key());
    problem("%s %s (got %s)".formatted(option.key(), rule, shown == null ? "?" : shown.value()));
  }

  void problem(String message) {
    problems.add(message);
  }

  /** What each option that was read came to, in the order of the catalog. */
  List<ResolvedOption> seen(OptionCatalog catalog) {
    return seen.values().stream()
        .sorted(Comparator.comparingInt(option -> catalog.position(option.key())))
        .toList();
  }

  private <T> @Nullable T parse(ConfigOption<T> option) {
    try {
      T value = configuration.getOptional(option).orElse(null);
      if (value != null) {
        note(option, value, resolved.origin(option.key()));
      }
      return value;
    } catch (IllegalArgumentException e) {
      problem(
          "%s must be %s (got %s)"
              .formatted(
                  option.key(),
                  OptionTypes.expected(option),
                  resolved.shown(option.key(), configuration.getString(option.key(), ""))));
      return null;
    }
  }

  private void note(ConfigOption<?> option, Object value, String origin) {
    String text = resolved.shown(option.key(), OptionTypes.text(value));
    seen.put(option.key(), new ResolvedOption(option.key(), text, origin));
  }
}
