// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.evaluate.EvaluationMetrics.Averages;
import io.sightline.evaluate.EvaluationMetrics.Bin;
import io.sightline.evaluate.EvaluationMetrics.ConfusedPair;
import io.sightline.evaluate.EvaluationMetrics.Rejections;
import io.sightline.evaluate.EvaluationMetrics.TopK;
import io.sightline.testing.SharedFolder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationMetricsTest {

  private static final Offset<Double> ROUNDING = within(1e-12);

  @ParameterizedTest
  @CsvSource({"1,1", "1,40", "2,30", "3,200", "4,300", "5,1", "10,500", "40,300", "200,100"})
  void everyFigureIsWhatItsDefinitionGives(int classes, int images) {
    for (int seed = 0; seed < 5; seed++) {
      List<Prediction> predictions = Prediction.random(new SplittableRandom(seed), images, classes);
      CountingRules rules = new CountingRules(classes, List.of(1, 2, 5, 41), 15);
      EvaluationMetrics metrics =
          EvaluationMetrics.of(Prediction.count(rules, predictions), Integer.MAX_VALUE);
      assertIs(metrics, new SlowEvaluation(classes, predictions));
    }
  }

  private static void assertIs(EvaluationMetrics metrics, SlowEvaluation slow) {
    int images = slow.predictions().size();
    assertThat(metrics.images()).isEqualTo(images);
    assertThat(metrics.top1()).isEqualTo(new Proportion(slow.topK(1), images));
    assertThat(metrics.topK())
        .extracting(TopK::result)
        .containsExactlyElementsOf(
            List.of(1, 2, 5, 41).stream().map(k -> new Proportion(slow.topK(k), images)).toList());
    assertThat(metrics.perClass())
        .containsExactlyElementsOf(
            slow.occurring().stream()
                .map(
                    id ->
                        new ClassScores(
                            id, slow.support(id), slow.predicted(id), slow.truePositives(id)))
                .toList());
    for (ClassScores scores : metrics.perClass()) {
      assertThat(scores.precision()).isEqualTo(slow.precision(scores.classId()));
      assertThat(scores.recall()).isEqualTo(slow.recall(scores.classId()));
      assertThat(scores.f1()).isCloseTo(slow.f1(scores.classId()), ROUNDING);
    }
    Averages macro = metrics.macroAverage();
    assertThat(macro.precision()).isCloseTo(slow.macro(slow::precision), ROUNDING);
    assertThat(macro.recall()).isCloseTo(slow.macro(slow::recall), ROUNDING);
    assertThat(macro.f1()).isCloseTo(slow.macro(slow::f1), ROUNDING);
    Averages weighted = metrics.weightedAverage();
    assertThat(weighted.precision()).isCloseTo(slow.weighted(slow::precision), ROUNDING);
    assertThat(weighted.recall()).isCloseTo(slow.weighted(slow::recall), ROUNDING);
    assertThat(weighted.f1()).isCloseTo(slow.weighted(slow::f1), ROUNDING);
    assertThat(metrics.confusedPairs())
        .containsExactlyElementsOf(
            slow.confusedPairs().stream().map(pair -> confusedPair(pair, slow)).toList());
    assertCalibrationIs(metrics.calibration(), slow);
    List<Double> losses = slow.losses();
    assertThat(metrics.logLossImages()).isEqualTo(losses.size());
    assertSame(
        metrics.negativeLogLikelihood(),
        losses.stream().mapToDouble(loss -> loss).average().orElse(Double.NaN));
  }

  private static ConfusedPair confusedPair(List<Long> pair, SlowEvaluation slow) {
    int label = pair.get(0).intValue();
    return new ConfusedPair(
        label, pair.get(1).intValue(), new Proportion(pair.get(2), slow.support(label)));
  }

  private static void assertCalibrationIs(
      EvaluationMetrics.Calibration calibration, SlowEvaluation slow) {
    List<Bin> bins = calibration.bins();
    assertThat(bins).hasSize(15);
    long images = 0;
    for (int i = 0; i < bins.size(); i++) {
      List<Prediction> in = slow.inBin(i, bins.size());
      assertThat(bins.get(i).lower()).isEqualTo(i / 15.0);
      assertThat(bins.get(i).upper()).isEqualTo((i + 1) / 15.0);
      assertThat(bins.get(i).accuracy())
          .isEqualTo(new Proportion(SlowEvaluation.hits(in), in.size()));
      assertThat(Double.valueOf(bins.get(i).meanConfidence())) // equal to itself as NaN too
          .isEqualTo(Double.valueOf(SlowEvaluation.meanConfidence(in)));
      images += in.size();
    }
    assertThat(calibration.images()).isEqualTo(images);
    assertThat(Double.valueOf(calibration.meanConfidence()))
        .isEqualTo(Double.valueOf(SlowEvaluation.meanConfidence(slow.predictions())));
    assertSame(calibration.expectedCalibrationError(), slow.expectedCalibrationError(15));
  }

  private static void assertSame(double actual, double expected) {
    if (Double.isNaN(expected)) {
      assertThat(actual).isNaN();
    } else {
      assertThat(actual).isCloseTo(expected, ROUNDING);
    }
  }

  /** The example of scikit-learn's documentation of {@code classification_report}. */
  @Test
  void scikitLearnsClassificationReport() {
    EvaluationMetrics metrics = metrics(3, new int[] {0, 1, 2, 2, 2}, new int[] {0, 0, 2, 2, 1});
    assertThat(metrics.perClass())
        .containsExactly(
            new ClassScores(0, 1, 2, 1), new ClassScores(1, 1, 1, 0), new ClassScores(2, 3, 2, 2));
    assertScores(metrics.perClass().get(0), 0.5, 1, 2 / 3.0);
    assertScores(metrics.perClass().get(1), 0, 0, 0);
    assertScores(metrics.perClass().get(2), 1, 2 / 3.0, 0.8);
    assertThat(metrics.top1().value()).isEqualTo(0.6);
    assertAverages(metrics.macroAverage(), 0.5, 5 / 9.0, 22 / 45.0); // 0.50, 0.56, 0.49
    assertAverages(metrics.weightedAverage(), 0.7, 0.6, 46 / 75.0); // 0.70, 0.60, 0.61
  }

  /**
   * The example of scikit-learn's documentation of {@code precision_recall_fscore_support}, with
   * cat, dog and pig as 0, 1 and 2.
   */
  @Test
  void scikitLearnsPrecisionRecallFscoreSupport() {
    EvaluationMetrics metrics =
        metrics(3, new int[] {0, 1, 2, 0, 1, 2}, new int[] {0, 2, 1, 0, 0, 1});
    assertScores(metrics.perClass().get(0), 2 / 3.0, 1, 0.8);
    assertScores(metrics.perClass().get(1), 0, 0, 0);
    assertScores(metrics.perClass().get(2), 0, 0, 0);
    assertAverages(metrics.macroAverage(), 2 / 9.0, 1 / 3.0, 4 / 15.0); // 0.22, 0.33, 0.26
    assertAverages(metrics.weightedAverage(), 2 / 9.0, 1 / 3.0, 4 / 15.0);
    assertThat(metrics.confusedPairs())
        .containsExactly(
            new ConfusedPair(2, 1, new Proportion(2, 2)),
            new ConfusedPair(1, 0, new Proportion(1, 2)),
            new ConfusedPair(1, 2, new Proportion(1, 2)));
  }

  /** By hand: class 1 is predicted and never a label, class 3 is a label and never predicted. */
  @Test
  void aClassThatOnlyOneSideHasCountsAsZeroInTheMeans() {
    EvaluationMetrics metrics = metrics(5, new int[] {0, 0, 3, 3}, new int[] {0, 1, 0, 0});
    assertThat(metrics.perClass()).extracting(ClassScores::classId).containsExactly(0, 1, 3);
    assertScores(metrics.perClass().get(0), 1 / 3.0, 0.5, 0.4);
    assertScores(metrics.perClass().get(1), 0, 0, 0);
    assertScores(metrics.perClass().get(2), 0, 0, 0);
    assertAverages(metrics.macroAverage(), 1 / 9.0, 1 / 6.0, 2 / 15.0);
    assertAverages(metrics.weightedAverage(), 1 / 6.0, 0.25, 0.2);
  }

  private static EvaluationMetrics metrics(int classes, int[] labels, int[] predicted) {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      predictions.add(Prediction.of(labels[i], predicted[i], 0.5));
    }
    return EvaluationMetrics.of(Prediction.count(CountingRules.of(classes), predictions), 100);
  }

  private static void assertScores(ClassScores scores, double precision, double recall, double f1) {
    assertThat(scores.precision()).isEqualTo(precision);
    assertThat(scores.recall()).isEqualTo(recall);
    assertThat(scores.f1()).isEqualTo(f1);
  }

  private static void assertAverages(
      Averages averages, double precision, double recall, double f1) {
    assertThat(averages.precision()).isCloseTo(precision, ROUNDING);
    assertThat(averages.recall()).isCloseTo(recall, ROUNDING);
    assertThat(averages.f1()).isCloseTo(f1, ROUNDING);
  }

  /** The example of scikit-learn's documentation of {@code log_loss}, with ham as 0, spam as 1. */
  @Test
  void scikitLearnsLogLoss() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(2));
    counts.add(1, List.of(1, 0), List.of(0.9f, 0.1f));
    counts.add(0, List.of(0, 1), List.of(0.9f, 0.1f));
    counts.add(0, List.of(0, 1), List.of(0.8f, 0.2f));
    counts.add(1, List.of(1, 0), List.of(0.65f, 0.35f));
    assertThat(EvaluationMetrics.of(counts, 0).negativeLogLikelihood())
        .isCloseTo(0.21616, within(1e-5));
  }

  @Test
  void aLikelihoodOfZeroCostsMinusLnOfFloat32sEpsilonAndOneAlmostNothing() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(2));
    counts.add(1, List.of(0, 1), List.of(1f, 0f));
    assertThat(EvaluationMetrics.of(counts, 0).negativeLogLikelihood())
        .isCloseTo(23 * Math.log(2), ROUNDING);
    EvaluationCounts sure = new EvaluationCounts(CountingRules.of(2));
    sure.add(0, List.of(0, 1), List.of(1f, 0f));
    assertThat(EvaluationMetrics.of(sure, 0).negativeLogLikelihood())
        .isCloseTo(-Math.log1p(-0x1p-23), within(1e-20));
  }

  @Test
  void aLabelWithoutAScoreIsLeftOutOfTheLikelihoodAndSaid() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(10));
    counts.add(3, List.of(3, 4), List.of(0.5f, 0.25f));
    counts.add(9, List.of(3, 4), List.of(0.5f, 0.25f));
    EvaluationMetrics metrics = EvaluationMetrics.of(counts, 0);
    assertThat(metrics.negativeLogLikelihood()).isCloseTo(Math.log(2), ROUNDING);
    assertThat(metrics.logLossImages()).isEqualTo(1);
    assertThat(metrics.images()).isEqualTo(2);
  }

  /** By hand: the first bin is 0.875 less sure than it is right, the second 0.25 too sure. */
  @Test
  void calibrationBinsIncludeTheirUpperBound() {
    CountingRules rules = new CountingRules(2, List.of(1), 4);
    EvaluationCounts counts = new EvaluationCounts(rules);
    counts.add(0, List.of(0), List.of(0.25f)); // up to 0.25
    counts.add(0, List.of(0), List.of(0f));
    counts.add(0, List.of(0), List.of(1f)); // up to 1
    counts.add(0, List.of(1), List.of(Math.nextUp(0.25f))); // up to 0.5
    EvaluationMetrics.Calibration calibration = EvaluationMetrics.of(counts, 0).calibration();
    assertThat(calibration.bins())
        .extracting(Bin::accuracy)
        .containsExactly(
            new Proportion(2, 2), new Proportion(0, 1), new Proportion(0, 0), new Proportion(1, 1));
    assertThat(calibration.bins().get(0).meanConfidence()).isEqualTo(0.125);
    assertThat(calibration.bins().get(2).meanConfidence()).isNaN();
    assertThat(calibration.expectedCalibrationError())
        .isEqualTo((2 * 0.875 + Math.nextUp(0.25f)) / 4);
    assertThat(calibration.meanConfidence()).isEqualTo((1.25 + Math.nextUp(0.25f)) / 4);
  }

  @Test
  void withFewerClassesThanKEveryImageIsAHitAndTheFigureSaysSo() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(4));
    counts.add(3, List.of(0, 1), List.of(0.5f, 0.25f));
    counts.add(3, List.of(), List.of());
    assertThat(EvaluationMetrics.of(counts, 0).topK())
        .containsExactly(
            new TopK(1, false, new Proportion(0, 2)), new TopK(5, true, new Proportion(2, 2)));
    EvaluationCounts five = new EvaluationCounts(CountingRules.of(5));
    five.add(3, List.of(0, 1), List.of(0.5f, 0.25f));
    assertThat(EvaluationMetrics.of(five, 0).topK().get(1))
        .isEqualTo(new TopK(5, false, new Proportion(0, 1)));
  }

  @Test
  void onlySoManyConfusedPairsComeAsAreWantedWithTiesInTheOrderOfClassIds() {
    List<Prediction> predictions = new ArrayList<>();
    for (int label = 9; label >= 0; label--) {
      for (int count = 0; count < (label == 4 ? 3 : 2); count++) {
        predictions.add(Prediction.of(label, (label + 1) % 10, 0.5));
        predictions.add(Prediction.of(label, label, 0.5));
      }
    }
    EvaluationCounts counts = Prediction.count(CountingRules.of(10), predictions);
    assertThat(EvaluationMetrics.of(counts, 3).confusedPairs())
        .containsExactly(
            new ConfusedPair(4, 5, new Proportion(3, 6)),
            new ConfusedPair(0, 1, new Proportion(2, 4)),
            new ConfusedPair(1, 2, new Proportion(2, 4)));
    assertThat(EvaluationMetrics.of(counts, 0).confusedPairs()).isEmpty();
    assertThat(EvaluationMetrics.of(counts, 99).confusedPairs()).hasSize(10);
  }

  @Test
  void rejectionsComeByStageAndReasonAndTouchNoOtherFigure() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(2));
    counts.add(0, List.of(0), List.of(1f));
    counts.addRejection("fetch", "too-large");
    counts.addRejection("fetch", "not-found");
    counts.addRejection("decode", "corrupt-image");
    counts.addRejection("fetch", "too-large");
    EvaluationMetrics metrics = EvaluationMetrics.of(counts, 0);
    assertThat(metrics.rejections())
        .containsExactly(
            new Rejections("decode", "corrupt-image", 1),
            new Rejections("fetch", "not-found", 1),
            new Rejections("fetch", "too-large", 2));
    assertThat(metrics.rejected()).isEqualTo(4);
    assertThat(metrics.top1()).isEqualTo(new Proportion(1, 1));
  }

  @Test
  void ofNothingNoFigureIsANumber() {
    EvaluationMetrics metrics = EvaluationMetrics.of(new EvaluationCounts(CountingRules.of(2)), 9);
    assertThat(metrics.images()).isZero();
    assertThat(metrics.top1().value()).isNaN();
    assertThat(metrics.macroAverage().f1()).isNaN();
    assertThat(metrics.weightedAverage().precision()).isNaN();
    assertThat(metrics.calibration().expectedCalibrationError()).isNaN();
    assertThat(metrics.negativeLogLikelihood()).isNaN();
    assertThat(metrics.perClass()).isEmpty();
    assertThat(metrics.confusedPairs()).isEmpty();
  }

  @Test
  void theGoldenPredictionsGiveTheGoldenFigures() throws Exception {
    JsonNode golden =
        new ObjectMapper()
            .readTree(SharedFolder.resolve("golden/squeezenet1_1-imagenet-200.json").toFile());
    List<Prediction> predictions = new ArrayList<>();
    for (JsonNode image : golden.path("predictions")) {
      List<Integer> classIds = new ArrayList<>();
      List<Float> scores = new ArrayList<>();
      image.path("class_ids").forEach(id -> classIds.add(id.intValue()));
      image.path("scores").forEach(score -> scores.add(score.floatValue()));
      predictions.add(new Prediction(image.path("label").intValue(), classIds, scores));
    }
    predictions.sort(Comparator.comparing(Prediction::label).reversed());
    EvaluationMetrics metrics =
        EvaluationMetrics.of(Prediction.count(CountingRules.of(1000), predictions), 10);
    assertThat(metrics.top1()).isEqualTo(new Proportion(137, 200));
    assertThat(metrics.topK())
        .containsExactly(
            new TopK(1, false, new Proportion(137, 200)),
            new TopK(5, false, new Proportion(177, 200)));
  }
}
