// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationCountsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 100})
  void everySplitAndOrderGivesTheSameBytes(int classes) throws Exception {
    CountingRules rules = CountingRules.of(classes);
    Random random = new Random(classes);
    List<Prediction> predictions =
        new ArrayList<>(Prediction.random(new SplittableRandom(classes), 400, classes));
    EvaluationCounts whole = Prediction.count(rules, predictions);
    for (int i = 0; i < 30; i++) {
      whole.addRejection("fetch", "not-found");
      whole.addRejection(i % 2 == 0 ? "decode" : "fetch", "x");
    }

    for (int round = 0; round < 20; round++) {
      Collections.shuffle(predictions, random);
      List<EvaluationCounts> parts = new ArrayList<>();
      for (int part = random.nextInt(1, 9); part > 0; part--) {
        parts.add(new EvaluationCounts(rules));
      }
      for (Prediction p : predictions) {
        parts.get(random.nextInt(parts.size())).add(p.label(), p.classIds(), p.scores());
      }
      for (int i = 0; i < 30; i++) {
        parts.get(random.nextInt(parts.size())).addRejection(i % 2 == 0 ? "decode" : "fetch", "x");
        parts.get(random.nextInt(parts.size())).addRejection("fetch", "not-found");
      }
      while (parts.size() > 1) { // any two of them, as a tree of any form
        EvaluationCounts other = parts.remove(random.nextInt(parts.size()));
        EvaluationCounts copy = EvaluationCounts.of(other.toState());
        parts.get(random.nextInt(parts.size())).merge(other);
        assertThat(other).as("what was merged stays as it is").isEqualTo(copy);
      }
      EvaluationCounts merged = parts.get(0);
      assertThat(merged).isEqualTo(whole).hasSameHashCodeAs(whole);
      assertThat(merged.toState().toByteBuffer()).isEqualTo(whole.toState().toByteBuffer());
    }
  }

  @Test
  void mergingIsCommutativeAndAssociativeAndHasAZero() {
    CountingRules rules = new CountingRules(5, List.of(1, 2, 3), 7);
    SplittableRandom random = new SplittableRandom(3);
    List<Prediction> a = Prediction.random(random, 30, 5);
    List<Prediction> b = Prediction.random(random, 50, 5);
    List<Prediction> c = Prediction.random(random, 7, 5);
    assertThat(merged(count(rules, a), count(rules, b)))
        .isEqualTo(merged(count(rules, b), count(rules, a)));
    assertThat(merged(merged(count(rules, a), count(rules, b)), count(rules, c)))
        .isEqualTo(merged(count(rules, a), merged(count(rules, b), count(rules, c))));
    assertThat(merged(count(rules, a), new EvaluationCounts(rules))).isEqualTo(count(rules, a));
    assertThat(count(rules, a)).isNotEqualTo(count(rules, b));
  }

  private static EvaluationCounts count(CountingRules rules, List<Prediction> predictions) {
    return Prediction.count(rules, predictions);
  }

  private static EvaluationCounts merged(EvaluationCounts one, EvaluationCounts other) {
    one.merge(other);
    return one;
  }

  @Test
  void countsByOtherRulesAreNotMerged() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(3));
    for (CountingRules other :
        List.of(
            CountingRules.of(4),
            new CountingRules(3, List.of(1), 15),
            new CountingRules(3, List.of(1, 5), 10))) {
      assertThatThrownBy(() -> counts.merge(new EvaluationCounts(other)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(other.toString());
    }
  }

  @Test
  void whatCanNotBeCountedIsRefusedAndCountsNothing() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(3));
    assertRefused(counts, -1, List.of(0), List.of(1f));
    assertRefused(counts, 3, List.of(0), List.of(1f));
    assertRefused(counts, 0, List.of(3), List.of(1f));
    assertRefused(counts, 0, List.of(-1), List.of(1f));
    assertRefused(counts, 0, List.of(0, 1), List.of(1f));
    assertThat(counts).isEqualTo(new EvaluationCounts(CountingRules.of(3)));
  }

  private static void assertRefused(
      EvaluationCounts counts, int label, List<Integer> classIds, List<Float> scores) {
    assertThatThrownBy(() -> counts.add(label, classIds, scores))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rulesThatMakeNoSenseAreRefused() {
    assertThat(new CountingRules(1, List.of(), 1).topK()).isEmpty();
    List<Runnable> senseless =
        List.of(
            () -> CountingRules.of(0),
            () -> new CountingRules(3, List.of(0), 15),
            () -> new CountingRules(3, List.of(5, 1), 15),
            () -> new CountingRules(3, List.of(1, 1), 15),
            () -> new CountingRules(3, List.of(1), 0),
            () -> new CountingRules(3, List.of(1), 1001));
    assertThat(senseless)
        .allSatisfy(
            rules -> assertThatThrownBy(rules::run).isInstanceOf(IllegalArgumentException.class));
  }

  @Test
  void scoresThatAreNoProbabilitiesCountForAccuracyAlone() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(3));
    counts.add(0, List.of(0, 1), List.of(7.5f, -2f)); // logits
    counts.add(1, List.of(0, 1), List.of(7.5f, -2f));
    counts.add(2, List.of(2), List.of(Float.NaN));
    counts.add(1, List.of(), List.of());
    EvaluationMetrics metrics = EvaluationMetrics.of(counts, 10);
    assertThat(metrics.top1()).isEqualTo(new Proportion(2, 4));
    assertThat(metrics.withoutClass()).isEqualTo(1);
    assertThat(metrics.calibration().images()).isZero();
    assertThat(metrics.calibration().meanConfidence()).isNaN();
    assertThat(metrics.logLossImages()).isZero();
    assertThat(metrics.negativeLogLikelihood()).isNaN();
  }

  @Test
  void aSoftmaxThatEndsALittleAboveOneIsOne() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(3));
    counts.add(0, List.of(0), List.of(Math.nextUp(1f)));
    counts.add(0, List.of(0), List.of(-0f));
    EvaluationMetrics metrics = EvaluationMetrics.of(counts, 10);
    assertThat(metrics.calibration().images()).isEqualTo(2);
    assertThat(metrics.calibration().meanConfidence()).isEqualTo(0.5);
  }

  @Test
  void countingAllocatesNothing() {
    CountingRules rules = CountingRules.of(20);
    List<Prediction> predictions = Prediction.random(new SplittableRandom(4), 5_000, 20);
    EvaluationCounts counts = Prediction.count(rules, predictions); // the table has grown
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 50_000; i++) {
      Prediction p = predictions.get(i % 5_000);
      counts.add(p.label(), p.classIds(), p.scores());
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(50_000);
    assertThat(counts.images()).isEqualTo(55_000);
  }

  @Test
  @Timeout(120)
  void tenMillionOutcomesOfAThousandClassesStaySmall() throws Exception {
    EvaluationCounts usual = tenMillion(0.75, 20);
    assertThat(usual.images()).isEqualTo(10_000_000);
    assertThat(usual.confusion().size()).isBetween(20_000, 21_000);
    assertThat(usual.confusion().tableBytes()).isLessThan(1 << 20);
    assertThat(usual.toState().toByteBuffer().remaining()).isLessThan(100_000);

    EvaluationCounts worst = tenMillion(0, 1000); // every pair occurs
    assertThat(worst.confusion().size()).isGreaterThan(990_000);
    assertThat(worst.confusion().tableBytes()).isEqualTo(1000 * 1001 * Long.BYTES);
    assertThat(worst.toState().toByteBuffer().remaining()).isLessThan(2_500_000);
  }

  private static EvaluationCounts tenMillion(double accuracy, int neighbours) {
    SplittableRandom random = new SplittableRandom(5);
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(1000));
    Integer[] classIds = new Integer[5];
    Float[] scores = {0.5f, 0.2f, 0.1f, 0.1f, 0.05f};
    for (int i = 0; i < 10_000_000; i++) {
      int label = random.nextInt(1000);
      int best =
          random.nextDouble() < accuracy ? label : (label + random.nextInt(neighbours)) % 1000;
      for (int k = 0; k < 5; k++) {
        classIds[k] = (best + k) % 1000;
      }
      counts.add(label, Arrays.asList(classIds), Arrays.asList(scores));
    }
    return counts;
  }
}
