// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@code model.label-map}: class ids to tags, or locales to class ids to tags; JSON
 * where its name ends in {@code .json}, else YAML. Immutable.
 */
public final class LabelMap {

  private static final Pattern ID = Pattern.compile("\\d{1,7}");
  private static final int MAX_PROBLEMS = 10;

  private final String name;
  private final Map<Integer, String> tags;

  private LabelMap(String name, Map<Integer, String> tags) {
    this.name = name;
    this.tags = Map.copyOf(tags);
  }

  /**
   * Reads a file, with everything that is wrong with it.
   *
   * @param name of the file in messages
   * @param locale which of several locales; null where there is one
   * @return null after a problem
   */
  public static @Nullable LabelMap read(
      Path file, String name, @Nullable String locale, Problems problems) {
    Problems found = new Problems();
    YamlValue root = YamlValue.read(file, found);
    Map<String, YamlValue> fields = root == null ? null : root.fields();
    Map<Integer, String> tags = null;
    if (root != null && fields != null) {
      YamlValue map = choose(root, fields, locale);
      tags = map == null ? null : tags(map);
    }
    for (String problem : found.messages()) {
      problems.add("model.label-map (" + name + "): " + problem);
    }
    return tags == null || !found.isEmpty() ? null : new LabelMap(name, tags);
  }

  /**
   * What events of a model carry as label names: the tags, and the labels of classes without one.
   *
   * @return null after a problem: a tag for a class that the model does not have
   */
  public @Nullable List<String> tags(List<String> labels, Problems problems) {
    List<Integer> strange =
        tags.keySet().stream().filter(id -> id >= labels.size()).sorted().toList();
    if (!strange.isEmpty()) {
      problems.add(
          "model.label-map (%s): has tags for classes that the model does not have, whose ids are 0 to %d: %s"
              .formatted(name, labels.size() - 1, strange.stream().limit(MAX_PROBLEMS).toList()));
      return null;
    }
    List<String> named = new ArrayList<>(labels);
    tags.forEach(named::set);
    return named;
  }

  private static @Nullable YamlValue choose(
      YamlValue root, Map<String, YamlValue> fields, @Nullable String locale) {
    if (fields.isEmpty()) {
      root.problem("must not be empty");
      return null;
    }
    boolean hasLocales = fields.values().stream().anyMatch(YamlValue::isMapping);
    if (!hasLocales) {
      if (locale != null) {
        root.problem("has no locales, but model.locale is " + locale);
        return null;
      }
      return root;
    }
    String locales = String.join(", ", fields.keySet());
    if (locale == null && fields.size() > 1) {
      root.problem("has several locales, and model.locale does not say which: " + locales);
      return null;
    }
    YamlValue chosen = locale == null ? fields.values().iterator().next() : fields.get(locale);
    if (chosen == null) {
      root.problem("has no locale %s (model.locale), but: %s".formatted(locale, locales));
    }
    return chosen;
  }

  private static @Nullable Map<Integer, String> tags(YamlValue map) {
    Map<String, YamlValue> fields = map.fields();
    if (fields == null) {
      return null;
    }
    Map<Integer, String> tags = new TreeMap<>();
    int bad = 0;
    for (Map.Entry<String, YamlValue> field : fields.entrySet()) {
      String tag = field.getValue().textOrNull();
      boolean isId = ID.matcher(field.getKey()).matches();
      String problem = null;
      if (!isId) {
        problem = "must have a class id as its key: 0, 1 ...";
      } else if (tag == null || tag.isBlank()) {
        problem = "must be a tag (got " + field.getValue().describe() + ")";
      } else if (tags.put(Integer.parseInt(field.getKey()), tag) != null) {
        problem = "is the second tag of class " + Integer.parseInt(field.getKey());
      }
      if (problem != null && bad++ < MAX_PROBLEMS) {
        field.getValue().problem(problem);
      }
    }
    if (bad > MAX_PROBLEMS) {
      map.problem("has %d more bad entries".formatted(bad - MAX_PROBLEMS));
    }
    return tags;
  }
}
