// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the names of classes in the order of their ids. */
final class Labels {

  private static final int MAX_PROBLEMS = 5;
  private static final Pattern ID = Pattern.compile("\\d{1,7}");

  private Labels() {}

  /** A list of names; null after a problem. */
  static @Nullable List<String> list(YamlValue list) {
    List<YamlValue> items = list.items();
    if (items == null) {
      return null;
    }
    if (items.isEmpty()) {
      list.problem("must not be empty");
      return null;
    }
    List<String> labels = new ArrayList<>(items.size());
    int bad = 0;
    for (YamlValue item : items) {
      String label = bad < MAX_PROBLEMS ? item.text() : item.textOrNull();
      if (label == null) {
        bad++;
      } else {
        labels.add(label);
      }
    }
    if (bad > MAX_PROBLEMS) {
      list.problem("has %d more that are not text".formatted(bad - MAX_PROBLEMS));
    }
    return bad == 0 ? labels : null;
  }

  /** A mapping from ids to names, in any order and without a gap; null after a problem. */
  static @Nullable List<String> byId(YamlValue mapping, Map<String, YamlValue> fields) {
    if (fields.isEmpty()) {
      mapping.problem("must not be empty");
      return null;
    }
    TreeMap<Integer, String> byId = new TreeMap<>();
    int bad = 0;
    for (Map.Entry<String, YamlValue> field : fields.entrySet()) {
      YamlValue value = field.getValue();
      String label = bad < MAX_PROBLEMS ? value.text() : value.textOrNull();
      boolean isId = ID.matcher(field.getKey()).matches();
      if (!isId && bad < MAX_PROBLEMS) {
        value.problem("must have a class id as its key: 0, 1 ...");
      }
      if (label == null || !isId) {
        bad++;
      } else if (byId.put(Integer.parseInt(field.getKey()), label) != null) {
        value.problem("is the second name of class " + Integer.parseInt(field.getKey()));
        bad++;
      }
    }
    if (bad > MAX_PROBLEMS) {
      mapping.problem("has %d more bad entries".formatted(bad - MAX_PROBLEMS));
    }
    if (bad > 0) {
      return null;
    }
    if (byId.lastKey() != byId.size() - 1) {
      int missing = 0;
      while (byId.containsKey(missing)) {
        missing++;
      }
      mapping.problem(
          "must name every class from 0 on: it has %d names up to class %d, and none for class %d"
              .formatted(byId.size(), byId.lastKey(), missing));
      return null;
    }
    return new ArrayList<>(byId.values());
  }
}
