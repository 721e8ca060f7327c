// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/**
 * How good a model is on one class, as scikit-learn's {@code precision_recall_fscore_support} has
 * it with {@code zero_division=0}.
 *
 * @param support images with this label
 * @param predicted images with this class as their best
 * @param truePositives images with both
 */
public record ClassScores(int classId, long support, long predicted, long truePositives) {

  /** True positives as a fraction of those predicted; 0 where none is. */
  public double precision() {
    return predicted == 0 ? 0 : (double) truePositives / predicted;
  }

  /** True positives as a fraction of the support; 0 where there is none. */
  public double recall() {
    return support == 0 ? 0 : (double) truePositives / support;
  }

  /** Harmonic mean of precision and recall: {@code 2 tp / (support + predicted)}. */
  public double f1() {
    return support + predicted == 0 ? 0 : 2.0 * truePositives / (support + predicted);
  }
}
