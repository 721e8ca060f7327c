// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LearnedOrderTest {

  private static final int CLASSES = 10;

  private final Random random = new Random(3);

  @Test
  void aShuffledOrderIsLearnedFromTheAnswers() {
    List<Integer> order = shuffled();
    int[] labels = labels(30);
    LearnedOrder learned = LearnedOrder.of(answers(labels, order::indexOf, 0.7), labels);
    assertThat(learned.isExchange()).isTrue();
    assertThat(Comparison.count(learned.top1())).isBetween(190, 240);
    assertThat(learned.moved())
        .isEqualTo((int) IntStream.range(0, CLASSES).filter(k -> order.get(k) != k).count());
  }

  @Test
  void guessesWithOneImageOfAClassTeachNothing() {
    int[] labels = labels(1);
    LearnedOrder learned = LearnedOrder.of(answers(labels, shuffled()::indexOf, 1), labels);
    assertThat(Comparison.count(learned.top1())).isZero();
    assertThat(learned.isExchange()).isFalse();
  }

  @Test
  void aModelThatTakesOneClassForAnotherHasNotExchangedThem() {
    int[] labels = labels(30);
    LearnedOrder learned =
        LearnedOrder.of(answers(labels, label -> label == 4 ? 7 : label, 0.9), labels);
    assertThat(learned.isExchange()).isFalse();
  }

  private List<Integer> shuffled() {
    List<Integer> order = new ArrayList<>(IntStream.range(0, CLASSES).boxed().toList());
    Collections.shuffle(order, random);
    return order;
  }

  private static int[] labels(int each) {
    return IntStream.range(0, CLASSES * each).map(i -> i % CLASSES).toArray();
  }

  /** Answers that are right in a share of the images, if outputs are read so. */
  private List<int[]> answers(int[] labels, IntUnaryOperator outputOf, double share) {
    return IntStream.of(labels)
        .mapToObj(
            label ->
                new int[] {
                  random.nextDouble() < share ? outputOf.applyAsInt(label) : random.nextInt(CLASSES)
                })
        .toList();
  }
}
