// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.util.List;

/**
 * The checked {@code evaluate.*} options that say what is measured. Immutable.
 *
 * @param topK every k, in increasing order
 * @param calibrationBins from 1 to 1000
 * @param confusedPairs how many of the most confused pairs a report has
 */
public record EvaluateSettings(List<Integer> topK, int calibrationBins, int confusedPairs)
    implements Serializable {

  public EvaluateSettings {
    topK = List.copyOf(topK);
  }

  /** The largest k. */
  public int largestK() {
    return topK.isEmpty() ? 1 : topK.get(topK.size() - 1);
  }
}
