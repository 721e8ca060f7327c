// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * What is counted. Only counts by the same rules can be merged. Immutable.
 *
 * @param classes number of classes of the model, at least 1: class ids are from 0 to {@code classes
 *     - 1}
 * @param topK every k whose hits are counted, in increasing order, each at least 1; may exceed the
 *     number of classes
 * @param calibrationBins number of calibration bins, from 1 to {@value #MAX_BINS}
 */
public record CountingRules(int classes, List<Integer> topK, int calibrationBins)
    implements Serializable {

  /** The ks of PaddleX's evaluation. */
  public static final List<Integer> DEFAULT_TOP_K = List.of(1, 5);

  /** The number of bins of Guo et al. (2017). */
  public static final int DEFAULT_CALIBRATION_BINS = 15;

  static final int MAX_BINS = 1000;

  public CountingRules {
    topK = List.copyOf(topK);
    if (classes < 1) {
      throw new IllegalArgumentException(
          "there must be at least 1 class (got %d)".formatted(classes));
    }
    int before = 0;
    for (int k : topK) {
      if (k <= before) {
        throw new IllegalArgumentException(
            "every k must be at least 1 and more than the one before it (got %s)".formatted(topK));
      }
      before = k;
    }
    if (calibrationBins < 1 || calibrationBins > MAX_BINS) {
      throw new IllegalArgumentException(
          "there must be 1 to %d calibration bins (got %d)".formatted(MAX_BINS, calibrationBins));
    }
  }

  /** Top-1, top-5 and 15 calibration bins. */
  public static CountingRules of(int classes) {
    return new CountingRules(classes, DEFAULT_TOP_K, DEFAULT_CALIBRATION_BINS);
  }
}
