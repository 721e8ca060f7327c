// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;

/** Percentiles of durations in milliseconds, by the nearest rank. Immutable. */
public final class Percentiles {

  private final List<Long> sorted;

  /** Percentiles of values in any order. */
  public Percentiles(Collection<Long> values) {
    sorted = values.stream().sorted().toList();
  }

  /** How many values there are. */
  public int count() {
    return sorted.size();
  }

  /**
   * The smallest value that {@code percent} of all values do not exceed; there must be a value.
   *
   * @param percent from 0 to 100
   */
  public long at(double percent) {
    return sorted.get(Math.max(0, (int) Math.ceil(percent / 100 * sorted.size()) - 1));
  }

  /** One line with all that is shown of them. */
  public String show() {
    return "p50 %d, p99 %d, largest %d ms (%d of them)".formatted(at(50), at(99), at(100), count());
  }

  /** The same as fields of a JSON object. */
  public void writeTo(ObjectNode node) {
    node.put("count", count());
    node.put("p50", at(50));
    node.put("p99", at(99));
    node.put("max", at(100));
  }
}
