// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKTest {

  @Test
  void theBestComeFirst() {
    TopK best = TopK.of(new float[] {0.1f, 0.5f, 0.3f, 0.05f}, 3, 0);
    assertThat(best.classIds()).containsExactly(1, 2, 0);
    assertThat(best.scores()).containsExactly(0.5f, 0.3f, 0.1f);
  }

  @Test
  void equalScoresKeepTheOrderOfTheirClassIds() {
    float[] scores = {0.2f, 0.3f, 0.2f, 0.3f, 0.2f};
    assertThat(TopK.of(scores, 5, 0).classIds()).containsExactly(1, 3, 0, 2, 4);
    assertThat(TopK.of(scores, 3, 0).classIds()).containsExactly(1, 3, 0);
    assertThat(TopK.of(new float[4], 2, 0).classIds()).containsExactly(0, 1);
  }

  @Test
  void moreThanThereAreClassesGivesAllOfThem() {
    assertThat(TopK.of(new float[] {0.4f, 0.6f}, 10, 0).classIds()).containsExactly(1, 0);
    assertThat(TopK.of(new float[] {1}, 1, 0).classIds()).containsExactly(0);
  }

  @Test
  void scoresBelowTheMinimumAreLeftOut() {
    float[] scores = {0.1f, 0.5f, 0.3f, 0.1f};
    assertThat(TopK.of(scores, 4, 0.3f).classIds()).containsExactly(1, 2);
    assertThat(TopK.of(scores, 4, 0.9f).classIds()).isEmpty();
    assertThat(TopK.of(scores, 4, 0.9f).scores()).isEmpty();
  }

  @Test
  void negativeScoresAreRankedToo() {
    float[] logits = {-3, -1, -2};
    assertThat(TopK.of(logits, 2, Float.NEGATIVE_INFINITY).classIds()).containsExactly(1, 2);
  }

  @Test
  void itIsWhatSortingGives() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      float[] scores = new float[random.nextInt(1, 50)];
      for (int id = 0; id < scores.length; id++) {
        scores[id] = random.nextInt(20) / 20f; // many ties
      }
      int k = random.nextInt(1, 12);
      float minScore = random.nextInt(10) / 20f;
      List<Integer> expected =
          IntStream.range(0, scores.length)
              .boxed()
              .filter(id -> scores[id] >= minScore)
              .sorted(Comparator.comparing((Integer id) -> scores[id]).reversed())
              .limit(k)
              .toList();
      TopK best = TopK.of(scores, k, minScore);
      assertThat(best.classIds()).isEqualTo(expected);
      assertThat(best.scores()).isEqualTo(expected.stream().map(id -> scores[id]).toList());
    }
  }

  @Test
  void nanAndInfinityAreNotFinite() {
    assertThat(TopK.allFinite(new float[] {0, 1, -1})).isTrue();
    assertThat(TopK.allFinite(new float[] {0, Float.NaN})).isFalse();
    assertThat(TopK.allFinite(new float[] {Float.POSITIVE_INFINITY, 0})).isFalse();
    assertThat(TopK.allFinite(new float[] {0, Float.NEGATIVE_INFINITY, 0})).isFalse();
  }
}
