// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.jspecify.annotations.Nullable;

/** Every option of a job, found as the public constants of its options classes. Immutable. */
final class OptionCatalog {

  /** The options of the classify job, in the order in which an image meets them. */
  static final OptionCatalog CLASSIFY =
      new OptionCatalog(
          List.of(
              JobOptions.class,
              SourceOptions.class,
              FetchOptions.class,
              DecodeOptions.class,
              ModelOptions.class,
              BatchOptions.class,
              ClassifyOptions.class,
              DeviceOptions.class,
              SinkOptions.class,
              RejectionOptions.class,
              RetryOptions.class));

  /** The options of the evaluate job on a stream: those of classify, and its own. */
  static final OptionCatalog EVALUATE =
      new OptionCatalog(
          List.of(
              JobOptions.class,
              SourceOptions.class,
              FetchOptions.class,
              DecodeOptions.class,
              ModelOptions.class,
              BatchOptions.class,
              ClassifyOptions.class,
              DeviceOptions.class,
              EvaluateOptions.class,
              EvaluateStreamOptions.class,
              EvaluateLabelsOptions.class,
              EvaluateReportsOptions.class,
              SinkOptions.class,
              RejectionOptions.class,
              RetryOptions.class));

  /** The options of the evaluate job on a data set, whose input and output are flags. */
  static final OptionCatalog EVALUATE_DATASET =
      new OptionCatalog(
          List.of(
              JobOptions.class,
              FetchOptions.class,
              DecodeOptions.class,
              ModelOptions.class,
              BatchOptions.class,
              ClassifyOptions.class,
              DeviceOptions.class,
              EvaluateOptions.class));

  /** The options of the classify operator in any job. */
  static final OptionCatalog OPERATOR =
      new OptionCatalog(
          List.of(
              FetchOptions.class,
              DecodeOptions.class,
              ModelOptions.class,
              BatchOptions.class,
              ClassifyOptions.class,
              DeviceOptions.class));

  private final Map<String, KnownOption> byKey;

  /** An option, its type, and the class that it stands in. */
  record KnownOption(ConfigOption<?> option, Type type, Class<?> stage) {

    /** Whether the option is a prefix of keys that the user chooses. */
    boolean isPrefix() {
      return type instanceof ParameterizedType generic && generic.getRawType() == Map.class;
    }

    boolean takes(String key) {
      return key.equals(option.key()) || (isPrefix() && key.startsWith(option.key() + "."));
    }
  }

  OptionCatalog(List<Class<?>> optionClasses) {
    Map<String, KnownOption> options = new LinkedHashMap<>();
    for (Class<?> stage : optionClasses) {
      for (Field field : stage.getFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
          KnownOption known = known(stage, field);
          options.put(known.option().key(), known);
        }
      }
    }
    this.byKey = options;
  }

  Collection<KnownOption> options() {
    return List.copyOf(byKey.values());
  }

  /** The first parts of the keys: {@code source}, {@code fetch} and so on. */
  Set<String> families() {
    return byKey.keySet().stream().map(OptionCatalog::family).collect(Collectors.toSet());
  }

  /** The first part of a key. */
  static String family(String key) {
    return key.split("\\.", 2)[0];
  }

  Set<String> keys() {
    return Set.copyOf(byKey.keySet());
  }

  boolean contains(String key) {
    return byKey.values().stream().anyMatch(known -> known.takes(key));
  }

  /**
   * Where the option of a key stands in the catalog; a key under a prefix stands where that does.
   */
  int position(String key) {
    int position = 0;
    for (KnownOption known : byKey.values()) {
      if (known.takes(key)) {
        return position;
      }
      position++;
    }
    return position;
  }

  @Nullable Type type(String key) {
    KnownOption known = byKey.get(key);
    return known == null ? null : known.type();
  }

  private static KnownOption known(Class<?> stage, Field field) {
    try {
      ConfigOption<?> option = (ConfigOption<?>) field.get(null);
      Type type = ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
      return new KnownOption(option, type, stage);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " must be public", e);
    }
  }
}
