// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

/**
 * The exact test of McNemar, one-sided: whether a change that mends some images and spoils others
 * is better than none. Under the null hypothesis each image that changes is mended or spoilt with
 * equal chance, so their number is binomial. Source: Q. McNemar, Note on the sampling error of the
 * difference between correlated proportions or percentages, Psychometrika 12 (1947).
 */
final class McNemar {

  private McNemar() {}

  /**
   * The chance that at least so many of {@code gained + lost} images are gained if each is gained
   * or lost with a chance of one half.
   *
   * @return from 0 to 1; 1 where no image changes
   */
  static double pValue(int gained, int lost) {
    int changed = gained + lost;
    return 2 * gained > changed
        ? upperTail(changed, gained)
        : 1 - upperTail(changed, changed - gained + 1);
  }

  /** P(X >= from) of X binomial with one half, where {@code from} is above half of {@code n}. */
  private static double upperTail(int n, int from) {
    if (from > n) {
      return 0;
    }
    double logTerm = -n * Math.log(2);
    for (int i = 1; i <= n - from; i++) {
      logTerm += Math.log((double) (n - i + 1) / i);
    }
    double relative = 1;
    double sum = 1;
    for (int k = from; k < n; k++) {
      relative *= (double) (n - k) / (k + 1);
      sum += relative;
    }
    return Math.min(1, Math.exp(logTerm) * sum);
  }
}
