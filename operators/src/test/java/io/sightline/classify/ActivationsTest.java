// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ActivationsTest {

  @Test
  void softmaxIsThatOfTheDefinition() {
    float[] row = {(float) Math.log(1), (float) Math.log(2), (float) Math.log(5)};
    Activations.softmax(row, new double[3]);
    assertThat(row).containsExactly(new float[] {0.125f, 0.25f, 0.625f}, within(1e-7f));
  }

  @Test
  void softmaxOfLargeAnswersDoesNotOverflow() {
    float[] row = {3e38f, 3e38f, -3e38f, Float.NEGATIVE_INFINITY};
    Activations.softmax(row, new double[4]);
    assertThat(row).containsExactly(0.5f, 0.5f, 0, 0);
  }

  @Test
  void softmaxOfLogarithmsOfScoresIsTheScores() {
    float[] scores = {0.1f, 0.2f, 0.7f};
    float[] row = new float[3];
    for (int i = 0; i < 3; i++) {
      row[i] = (float) Math.log(scores[i]);
    }
    Activations.softmax(row, new double[3]);
    assertThat(row).containsExactly(scores, within(1e-7f));
  }

  @Test
  void nanOrInfinityLeavesNoScore() {
    for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] row = {1, broken, 2};
      Activations.softmax(row, new double[3]);
      assertThat(row).containsOnly(Float.NaN);
    }
    float[] row = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
    Activations.softmax(row, new double[2]);
    assertThat(row).containsOnly(Float.NaN);
  }

  @Test
  void sigmoidIsOfEachAnswerByItself() {
    float[] row = {0, (float) Math.log(3), (float) -Math.log(3), 3e38f, -3e38f, Float.NaN};
    Activations.sigmoid(row);
    assertThat(row)
        .containsExactly(new float[] {0.5f, 0.75f, 0.25f, 1, 0, Float.NaN}, within(1e-7f));
  }
}
