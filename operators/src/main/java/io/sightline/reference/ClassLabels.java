// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The class that a label stands for. A label is a class id in decimal, or the whole name of one
 * class; names are compared as they are. A label that stands for several classes is refused: a name
 * that several classes have, or a number that is the id of one class and the name of another.
 * Immutable.
 */
public final class ClassLabels {

  private final List<String> names;
  private final Map<String, List<Integer>> byName;

  /**
   * Labels of a model.
   *
   * @param names label names in the order of their class ids
   */
  public ClassLabels(List<String> names) {
    this(names, new HashMap<>());
    for (int id = 0; id < names.size(); id++) {
      byName.computeIfAbsent(names.get(id), name -> new ArrayList<>()).add(id);
    }
  }

  private ClassLabels(List<String> names, Map<String, List<Integer>> byName) {
    this.names = List.copyOf(names);
    this.byName = byName;
  }

  /**
   * Labels that are class ids, whatever the classes are named: those of a data set, which were told
   * apart when it was read.
   *
   * @param names label names in the order of their class ids
   */
  public static ClassLabels ids(List<String> names) {
    return new ClassLabels(names, Map.of());
  }

  /**
   * The class id of a label; spaces around it are no part of it.
   *
   * @throws RejectedException at stage evaluate, where it stands for none or for several
   */
  public int classId(String label) throws RejectedException {
    String text = label.strip();
    List<Integer> named = byName.getOrDefault(text, List.of());
    int id = number(text);
    if (named.isEmpty()) {
      if (id < 0 || id >= names.size()) {
        throw new RejectedException(
            Reason.UNKNOWN_LABEL,
            "the label %s is neither a class id from 0 to %d nor a label name of the model"
                .formatted(quoted(text), names.size() - 1));
      }
      return id;
    }
    if (named.size() > 1 || (id >= 0 && id < names.size() && id != named.get(0))) {
      throw new RejectedException(
          Reason.AMBIGUOUS_LABEL,
          "the label %s is the name of the classes %s%s: a class id says which is meant"
              .formatted(
                  quoted(text),
                  named,
                  id < 0 || id >= names.size() ? "" : " and the id of another one"));
    }
    return named.get(0);
  }

  /** Names of the classes, in the order of class ids. */
  public List<String> names() {
    return names;
  }

  /** The number that a text is; -1 where it is none that can be a class id. */
  private static int number(String text) {
    if (text.isEmpty() || text.length() > 9) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = 10 * number + digit - '0';
    }
    return number;
  }

  private static String quoted(String text) {
    int most = 64;
    return '"' + (text.length() <= most ? text : text.substring(0, most) + "...") + '"';
  }
}
