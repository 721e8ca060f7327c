// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

/**
 * What makes scores of the answers of a graph that ends before its activation, in place, computed
 * in float64. No call leaves garbage.
 */
final class Activations {

  private Activations() {}

  /**
   * {@code exp(x) / sum(exp(x))}, with the greatest answer taken from all of them first, so that no
   * exponential overflows. Where an answer is NaN or positive infinity, every score is NaN.
   *
   * @param scratch as long as the row or longer; overwritten
   */
  static void softmax(float[] row, double[] scratch) {
    float greatest = Float.NEGATIVE_INFINITY;
    for (float answer : row) {
      greatest = Math.max(greatest, answer);
    }
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      scratch[i] = Math.exp((double) row[i] - greatest);
      sum += scratch[i];
    }
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (scratch[i] / sum);
    }
  }

  /** {@code 1 / (1 + exp(-x))}, each by itself. */
  static void sigmoid(float[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (1 / (1 + Math.exp(-(double) row[i])));
    }
  }
}
