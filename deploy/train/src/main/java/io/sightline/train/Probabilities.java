// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

/** What is asked of the classes' probabilities of many images. */
final class Probabilities {

  private Probabilities() {}

  /** The share of images whose most probable class is the true one. */
  static double top1(float[][] probabilities, LabelledImages images) {
    int right = 0;
    for (int i = 0; i < images.size(); i++) {
      if (best(probabilities[i]) == images.classOf(i)) {
        right++;
      }
    }
    return (double) right / images.size();
  }

  /** The largest difference between two answers to the same images; NaN where one is NaN. */
  static double largestDifference(float[][] one, float[][] other) {
    if (one.length != other.length) {
      throw new IllegalArgumentException(
          "answers to %d images and to %d can't be compared".formatted(one.length, other.length));
    }
    double largest = 0;
    for (int i = 0; i < one.length; i++) {
      for (int k = 0; k < one[i].length; k++) {
        largest = Math.max(largest, Math.abs((double) one[i][k] - other[i][k]));
      }
    }
    return largest;
  }

  private static int best(float[] probabilities) {
    int best = 0;
    for (int k = 1; k < probabilities.length; k++) {
      if (probabilities[k] > probabilities[best]) {
        best = k;
      }
    }
    return best;
  }
}
