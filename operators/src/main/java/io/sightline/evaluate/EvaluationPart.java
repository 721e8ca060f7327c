// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.schemas.EvaluationState;

/**
 * Counts of some outcomes, on their way to be merged with others. Flink serialises it as a POJO.
 *
 * @param window start of the outcomes' window, in milliseconds since the epoch; {@link #OVERALL}
 *     where they are part of everything so far
 */
public record EvaluationPart(long window, EvaluationState counts) {

  /** Stands for everything so far in the place of a window. */
  public static final long OVERALL = Long.MIN_VALUE;
}
