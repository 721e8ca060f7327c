// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.metrics.MetricNames;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Counts what one stage rejects, by reason, as {@link MetricNames} has it. Not thread-safe. */
public final class RejectionCounters {

  private final Map<Reason, Counter> counters = new EnumMap<>(Reason.class);

  /** Registers a counter for every reason of a stage. */
  public RejectionCounters(MetricGroup group, Stage stage) {
    for (Reason reason : Reason.values()) {
      if (reason.stage() == stage) {
        counters.put(
            reason,
            group
                .addGroup(MetricNames.STAGE, stage.label())
                .addGroup(MetricNames.REASON, reason.label())
                .counter(MetricNames.NUM_IMAGES_REJECTED));
      }
    }
  }

  /**
   * Counts one.
   *
   * @throws IllegalArgumentException where the reason is one of another stage
   */
  public void count(Reason reason) {
    Counter counter = counters.get(reason);
    if (counter == null) {
      throw new IllegalArgumentException(reason + " is given at another stage");
    }
    counter.inc();
  }
}
