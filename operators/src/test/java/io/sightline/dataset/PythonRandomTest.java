// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The expected lists are those of CPython: {@code random.seed(n); random.shuffle(list)}. */
class PythonRandomTest {

  @Test
  void aListIsShuffledAsPythonShufflesIt() {
    assertThat(shuffled(20, 123))
        .containsExactly(7, 17, 3, 4, 14, 12, 11, 9, 5, 10, 15, 6, 0, 16, 19, 18, 13, 2, 8, 1);
  }

  @Test
  void aSeedOfMoreThan32BitsCountsWhole() {
    assertThat(shuffled(20, (1L << 40) + 5))
        .containsExactly(9, 7, 17, 13, 4, 18, 5, 6, 10, 11, 3, 14, 12, 15, 2, 1, 0, 8, 19, 16);
  }

  @Test
  void aSeedBelowZeroIsThatAboveIt() {
    assertThat(shuffled(10, -7)).containsExactly(8, 3, 1, 4, 7, 0, 9, 6, 2, 5);
    assertThat(shuffled(10, 7)).isEqualTo(shuffled(10, -7));
  }

  @Test
  void aLongListNeedsMoreThanOneRoundOfTheGenerator() {
    List<Integer> shuffled = shuffled(1000, 0);

    assertThat(shuffled).startsWith(439, 621, 160, 549, 237, 389, 658, 507, 124, 290);
    assertThat(IntStream.range(0, 1000).map(i -> (i + 1) * shuffled.get(i)).sum())
        .isEqualTo(251_792_070);
  }

  private static List<Integer> shuffled(int size, long seed) {
    List<Integer> list = new ArrayList<>(IntStream.range(0, size).boxed().toList());
    new PythonRandom(seed).shuffle(list);
    return list;
  }
}
