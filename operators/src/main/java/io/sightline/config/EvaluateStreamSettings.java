// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * When an evaluation is reported about. Immutable.
 *
 * @param reportInterval of reports about everything so far; zero for one at the end alone
 * @param windowSize length of tumbling event-time windows; zero for none
 * @param allowedLateness how long after its end a window still takes images
 */
public record EvaluateStreamSettings(
    Duration reportInterval, Duration windowSize, Duration allowedLateness)
    implements Serializable {

  /** One report, about everything, at the end of the input. */
  public static final EvaluateStreamSettings AT_THE_END =
      new EvaluateStreamSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO);

  /** Whether there are windows. */
  public boolean hasWindows() {
    return !windowSize.isZero();
  }
}
