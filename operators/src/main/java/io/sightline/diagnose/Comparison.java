// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

/**
 * A model's accuracy with a change against that without it, on the same images. Immutable.
 *
 * @param images that both were run on
 * @param top1 images whose best class is right with the change
 * @param top5 images whose class is among the best five with the change
 * @param gained images whose best class is right with the change, and wrong without it
 * @param lost images whose best class is wrong with the change, and right without it
 * @param pValue of McNemar's exact test, one-sided, for {@code gained} against {@code lost}
 * @param adjustedPValue the same, corrected for all that was tried: at most 1
 */
public record Comparison(
    int images, int top1, int top5, int gained, int lost, double pValue, double adjustedPValue) {

  /** The k of top-k that is reported beside top-1. */
  static final int TOP = 5;

  /** More images that are right with the change than without it; negative where it is worse. */
  public int net() {
    return gained - lost;
  }

  /**
   * Compares two outcomes.
   *
   * @param before whether each image's best class is right without the change
   * @param hypotheses how many were tried: p-values are multiplied by it. Source: C. E. Bonferroni;
   *     O. J. Dunn, Multiple comparisons among means, Journal of the American Statistical
   *     Association 56 (1961)
   */
  static Comparison of(boolean[] before, boolean[] after, boolean[] after5, long hypotheses) {
    int gained = 0;
    int lost = 0;
    for (int i = 0; i < before.length; i++) {
      gained += after[i] && !before[i] ? 1 : 0;
      lost += before[i] && !after[i] ? 1 : 0;
    }
    double pValue = McNemar.pValue(gained, lost);
    return new Comparison(
        before.length,
        count(after),
        count(after5),
        gained,
        lost,
        pValue,
        Math.min(1, hypotheses * pValue));
  }

  static int count(boolean[] correct) {
    int count = 0;
    for (boolean each : correct) {
      count += each ? 1 : 0;
    }
    return count;
  }

  /** The same with an adjusted p-value of at least this. */
  Comparison atLeast(double other) {
    return new Comparison(
        images, top1, top5, gained, lost, pValue, Math.max(adjustedPValue, other));
  }
}
