// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.util.Comparator;
import java.util.List;

/** What is seen at once of an order of names that differs from another. */
final class NameOrder {

  /** Part of the classes that must be in the order. */
  private static final double MOST = 0.9;

  private NameOrder() {}

  /** How a model's labels are ordered, as the end of a sentence; empty where nothing is seen. */
  static String describe(List<String> labels, DatasetNames names) {
    for (int shift : new int[] {1, -1}) {
      long shifted =
          names.names().entrySet().stream()
              .filter(named -> is(labels, named.getKey() + shift, named.getValue()))
              .count();
      if (shifted >= MOST * names.names().size()) {
        return "; the model's labels are shifted by one: the name of class k stands at k %s 1"
            .formatted(shift > 0 ? "+" : "-");
      }
    }
    if (isSorted(labels, Comparator.naturalOrder())
        || isSorted(labels, String.CASE_INSENSITIVE_ORDER)) {
      return "; the model's labels are sorted alphabetically";
    }
    return "";
  }

  private static boolean is(List<String> labels, int place, String name) {
    return labels.get(Math.floorMod(place, labels.size())).equals(name);
  }

  private static boolean isSorted(List<String> labels, Comparator<String> order) {
    for (int i = 1; i < labels.size(); i++) {
      if (order.compare(labels.get(i - 1), labels.get(i)) > 0) {
        return false;
      }
    }
    return true;
  }
}
