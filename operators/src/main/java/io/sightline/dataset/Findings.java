// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is wrong with a data set, by rule in the order of their finding. Not thread-safe. */
final class Findings {

  private final Map<String, List<String>> byRule = new LinkedHashMap<>();

  /** A rule that is broken as a whole. */
  void add(String rule) {
    byRule.computeIfAbsent(rule, key -> new ArrayList<>());
  }

  /** One place where a rule is broken. */
  void add(String rule, String place) {
    byRule.computeIfAbsent(rule, key -> new ArrayList<>()).add(place);
  }

  /** A message a rule: the rule, then the first places where it is broken. */
  List<String> messages() {
    return byRule.entrySet().stream()
        .map(
            finding ->
                finding.getValue().isEmpty()
                    ? finding.getKey()
                    : "%s%n  %s".formatted(finding.getKey(), ImageFolder.shown(finding.getValue())))
        .toList();
  }
}
