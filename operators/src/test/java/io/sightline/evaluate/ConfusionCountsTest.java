// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfusionCountsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 1000, Integer.MAX_VALUE})
  void itIsAMap(int classes) {
    SplittableRandom random = new SplittableRandom(classes);
    ConfusionCounts confusion = new ConfusionCounts(classes);
    Map<List<Integer>, Long> expected = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      int label = random.nextInt(classes);
      int predicted = random.nextInt(Math.min(classes, 30)) - 1;
      confusion.increment(label, predicted);
      expected.merge(List.of(label, predicted), 1L, Long::sum);
    }
    confusion.increment(classes - 1, classes - 1);
    expected.merge(List.of(classes - 1, classes - 1), 1L, Long::sum);

    assertThat(pairs(confusion)).containsExactlyInAnyOrderElementsOf(expected.entrySet());
    assertThat(confusion.size()).isEqualTo(expected.size());
    ConfusionCounts restored = ConfusionCounts.of(classes, ByteBuffer.wrap(confusion.toBytes()));
    assertThat(restored).isEqualTo(confusion).hasSameHashCodeAs(confusion);
    assertThat(pairs(restored)).containsExactlyInAnyOrderElementsOf(expected.entrySet());
  }

  private static List<Map.Entry<List<Integer>, Long>> pairs(ConfusionCounts confusion) {
    List<Map.Entry<List<Integer>, Long>> pairs = new ArrayList<>();
    confusion.forEach(
        (label, predicted, count) -> pairs.add(Map.entry(List.of(label, predicted), count)));
    return pairs;
  }

  @Test
  void theFormIsWhatTheSchemaDocuments() {
    ConfusionCounts confusion = new ConfusionCounts(1000);
    confusion.increment(0, ConfusionCounts.NO_CLASS); // key 0
    for (int i = 0; i < 300; i++) {
      confusion.increment(1, 1); // key 1001 + 2, after 0: a step of 1003 = 7 * 128 + 107
    }
    assertThat(confusion.toBytes())
        .containsExactly(1, 1, 0x80 | 107, 7, 0x80 | (300 % 128), 300 / 128);
  }

  @Test
  void countsThatDifferInOnePairAreNotEqual() {
    ConfusionCounts one = new ConfusionCounts(3);
    ConfusionCounts other = new ConfusionCounts(3);
    one.increment(0, 1);
    other.increment(0, 2);
    assertThat(one).isNotEqualTo(other);
    one.increment(0, 2);
    other.increment(0, 1);
    assertThat(one).isEqualTo(other);
    one.increment(0, 2);
    assertThat(one).isNotEqualTo(other);
    assertThat(new ConfusionCounts(3)).isNotEqualTo(new ConfusionCounts(4));
  }

  @Test
  void manyPairsTakeNoMoreRoomThanAllOfThemAndMergeWithFewBothWays() {
    int classes = 100;
    ConfusionCounts few = new ConfusionCounts(classes);
    few.increment(7, ConfusionCounts.NO_CLASS);
    few.increment(99, 99);
    ConfusionCounts many = new ConfusionCounts(classes);
    for (int label = classes - 1; label >= 0; label--) {
      for (int predicted = label % 2; predicted < classes; predicted += 2) {
        many.increment(label, predicted);
      }
    }
    assertThat(few.tableBytes()).isLessThan(1000);
    assertThat(many.tableBytes()).isEqualTo(classes * (classes + 1L) * Long.BYTES);

    ConfusionCounts fewIntoMany = ConfusionCounts.of(classes, ByteBuffer.wrap(many.toBytes()));
    fewIntoMany.add(few);
    ConfusionCounts manyIntoFew = ConfusionCounts.of(classes, ByteBuffer.wrap(few.toBytes()));
    manyIntoFew.add(many);
    assertThat(manyIntoFew).isEqualTo(fewIntoMany).hasSameHashCodeAs(fewIntoMany);
    assertThat(manyIntoFew.toBytes()).isEqualTo(fewIntoMany.toBytes());
    assertThat(manyIntoFew.size()).isEqualTo(classes * classes / 2 + 1);
    assertThat(pairs(manyIntoFew))
        .contains(Map.entry(List.of(7, -1), 1L), Map.entry(List.of(99, 99), 2L));
    assertThat(manyIntoFew).isNotEqualTo(many);
    assertThat(many).isNotEqualTo(manyIntoFew);
  }

  /** Slot by slot, the pairs pile up in the smaller table, which takes 100 times as long. */
  @Test
  @Timeout(20)
  void aLargeTableMergesIntoASmallOneAsFastAsItWasCounted() {
    SplittableRandom random = new SplittableRandom(1);
    ConfusionCounts large = new ConfusionCounts(5_000);
    for (int i = 0; i < 780_000; i++) { // almost as full as a table gets
      large.increment(random.nextInt(5_000), random.nextInt(5_000));
    }
    ConfusionCounts small = new ConfusionCounts(5_000);
    small.add(large);
    assertThat(small).isEqualTo(large);
    small.add(large);
    assertThat(small.size()).isEqualTo(large.size());
  }

  @Test
  void bytesThatAreNoCountsAreRefused() {
    byte[][] malformed = {
      {1}, // no count
      {1, (byte) 0x81}, // a count that is cut off
      {0, 1}, // not after the key before
      {1, 0}, // a count of 0
      {7, 1}, // the key 6 of 0 to 5
      {6, 1, 1, 1}, // the same, in two steps
      {1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, // a count beyond 63 bits
    };
    assertThat(ConfusionCounts.of(2, ByteBuffer.wrap(new byte[] {6, 1})).size()).isEqualTo(1);
    for (byte[] bytes : malformed) {
      assertThatThrownBy(() -> ConfusionCounts.of(2, ByteBuffer.wrap(bytes)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
