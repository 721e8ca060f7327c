// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/** The types of options, in the words that are used for a user. */
final class OptionTypes {

  private static final Map<Type, String> EXPECTED =
      Map.of(
          Integer.class, "a whole number",
          Long.class, "a whole number",
          Float.class, "a number",
          Boolean.class, "true or false",
          Duration.class, "a duration such as 5 s",
          MemorySize.class, "a size such as 64 mb");

  private OptionTypes() {}

  /** What a value of an option must be: "a duration such as 5 s". */
  static String expected(ConfigOption<?> option) {
    Type type = OptionCatalog.EVALUATE.type(option.key());
    if (type instanceof Class<?> c && c.isEnum()) {
      List<String> names = Arrays.stream(c.getEnumConstants()).map(String::valueOf).toList();
      int last = names.size() - 1;
      return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }
    return EXPECTED.getOrDefault(type, "a text");
  }

  /** A value as a user would write it. */
  static String text(Object value) {
    if (value instanceof Duration duration) {
      return TimeUtils.formatWithHighestUnit(duration);
    }
    if (value instanceof List<?> list) {
      return String.join(", ", list.stream().map(String::valueOf).toList());
    }
    return value.toString();
  }
}
