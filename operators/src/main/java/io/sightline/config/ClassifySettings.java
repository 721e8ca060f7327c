// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * The checked {@code classify.*} options. Immutable.
 *
 * @param workers threads a slot; 0 shares the TaskManager's cores among its slots
 * @param topK classes an event carries, at least 1
 * @param minScore classes below it are left out
 * @param ordered whether events leave in the order of their references
 * @param capacity references in flight a slot; 0 takes {@code batch.max-size} times ({@code
 *     workers} + 3)
 * @param timeout from a reference's entry into the operator to its outcome
 * @param parallelism of the classify operator; 0 takes the job's default
 */
public record ClassifySettings(
    int workers,
    int topK,
    float minScore,
    boolean ordered,
    int capacity,
    Duration timeout,
    int parallelism,
    Exchange exchange)
    implements Serializable {

  public ClassifySettings {
    if (workers < 0 || topK < 1 || capacity < 0 || parallelism < 0) {
      throw new IllegalArgumentException(
          "workers, capacity and parallelism must be at least 0, topK at least 1 (got %d, %d, %d, %d)"
              .formatted(workers, capacity, parallelism, topK));
    }
  }

  /** Whether references are spread over all slots between parse and classify. */
  public enum Exchange {
    /** Unless each slot has exactly one of the partitions that are read. */
    AUTO,
    ALWAYS,
    NEVER;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }
}
