// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;

/** Percentiles of durations, by the nearest rank. */
final class Percentiles {

  private final List<Long> sorted;

  Percentiles(Collection<Long> values) {
    sorted = values.stream().sorted().toList();
  }

  int count() {
    return sorted.size();
  }

  /** The smallest value that {@code percent} of all values do not exceed. */
  long at(double percent) {
    return sorted.get(Math.max(0, (int) Math.ceil(percent / 100 * sorted.size()) - 1));
  }

  String show() {
    return "p50 %d, p99 %d, largest %d ms (%d of them)".formatted(at(50), at(99), at(100), count());
  }

  void writeTo(ObjectNode node) {
    node.put("count", count());
    node.put("p50", at(50));
    node.put("p99", at(99));
    node.put("max", at(100));
  }
}
