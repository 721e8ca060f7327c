// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProbabilitiesTest {

  @Test
  void theLargestDifferenceIsFoundWhereverItIs() {
    float[][] one = {{0.5f, 0.5f}, {0.1f, 0.9f}};
    float[][] other = {{0.5f, 0.5f}, {0.3f, 0.7f}};
    assertThat(Probabilities.largestDifference(one, other)).isEqualTo(0.2, within(1e-6));
  }

  /** Or a broken export would pass for an exact one. */
  @Test
  void aNanIsNoSmallDifference() {
    float[][] one = {{Float.NaN, 0.5f}};
    float[][] other = {{0.5f, 0.5f}};
    assertThat(Probabilities.largestDifference(one, other)).isNaN();
  }

  @Test
  void topOneIsTheShareOfImagesWhoseBestClassIsTheirs() {
    LabelledImages images =
        new LabelledImages(new byte[4 * LabelledImages.PIXELS], new byte[] {0, 1, 1, 0});
    float[][] probabilities = {{0.9f, 0.1f}, {0.9f, 0.1f}, {0.1f, 0.9f}, {0.6f, 0.4f}};
    assertThat(Probabilities.top1(probabilities, images)).isEqualTo(0.75);
  }
}
