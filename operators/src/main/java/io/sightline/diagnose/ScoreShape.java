// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

/**
 * The scores of one image in a few figures. Immutable.
 *
 * <p>Softmax of scores {@code p} has the logarithms {@code p + c}; since scores sum to 1, {@code c}
 * follows from the sum of the logarithms, and {@code p} with it: these are the inner scores.
 *
 * @param innerLowest lowest of the scores of which these are the softmax, if they are
 * @param innerBest highest of them
 */
record ScoreShape(
    double lowest, double best, double sum, double innerLowest, double innerBest, int classes) {

  private static final double TOLERANCE = 1e-3;
  private static final double SUM_TOLERANCE = 1e-2;

  static ScoreShape of(float[] scores) {
    double lowest = Double.POSITIVE_INFINITY;
    double best = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double logarithms = 0;
    for (float score : scores) {
      lowest = Math.min(lowest, score);
      best = Math.max(best, score);
      sum += score;
      logarithms += Math.log(score);
    }
    double c = (1 - logarithms) / scores.length;
    return new ScoreShape(
        lowest, best, sum, Math.log(lowest) + c, Math.log(best) + c, scores.length);
  }

  /** Whether all scores are between 0 and 1. */
  boolean isProbabilities() {
    return lowest >= -TOLERANCE && best <= 1 + TOLERANCE;
  }

  /**
   * Whether these are the softmax of scores that sum to 1. It is as good as impossible for the
   * softmax of a classifier's logits, unless they are all but equal.
   */
  boolean isSoftmaxOfScores() {
    return Math.abs(sum - 1) <= SUM_TOLERANCE && innerLowest >= -TOLERANCE / classes;
  }
}
