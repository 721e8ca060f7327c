// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.schemas.ClassificationEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * Holds every figure of a {@code report.json} to one that is computed from the predictions alone,
 * by {@link SlowEvaluation}. Counts must be equal, fractions to 12 digits.
 */
public final class SlowReport {

  private SlowReport() {}

  /**
   * Fails where a figure is another.
   *
   * @param predictions with class ids as their labels
   */
  public static void assertFigures(
      JsonNode report, int classes, List<ClassificationEvent> predictions) {
    List<Prediction> all = new ArrayList<>();
    for (ClassificationEvent event : predictions) {
      all.add(
          new Prediction(
              Integer.parseInt(event.getLabel()), event.getClassIds(), event.getScores()));
    }
    SlowEvaluation slow = new SlowEvaluation(classes, all);
    assertThat(report.at("/classes").asInt()).isEqualTo(classes);
    assertThat(report.at("/images").asLong()).isEqualTo(all.size());
    assertThat(report.at("/top1/hits").asLong()).isEqualTo(slow.topK(1));
    assertClose(report.at("/top1/accuracy"), (double) slow.topK(1) / all.size());
    for (JsonNode top : report.at("/top_k")) {
      long hits = slow.topK(top.at("/k").asInt());
      assertThat(top.at("/share/hits").asLong()).isEqualTo(hits);
      assertClose(top.at("/share/accuracy"), (double) hits / all.size());
    }
    assertClasses(report, slow);
    assertPairs(report, slow);
    assertCalibration(report.at("/calibration"), slow);
    List<Double> losses = slow.losses();
    assertThat(report.at("/negative_log_likelihood_images").asInt()).isEqualTo(losses.size());
    assertClose(
        report.at("/negative_log_likelihood"),
        losses.stream().mapToDouble(loss -> loss).average().orElseThrow());
  }

  private static void assertClasses(JsonNode report, SlowEvaluation slow) {
    SortedSet<Integer> occurring = slow.occurring();
    assertThat(report.at("/per_class")).hasSize(occurring.size());
    int i = 0;
    for (int id : occurring) {
      JsonNode row = report.at("/per_class/" + i++);
      assertThat(row.at("/class_id").asInt()).isEqualTo(id);
      assertThat(row.at("/support").asLong()).isEqualTo(slow.support(id));
      assertThat(row.at("/predicted").asLong()).isEqualTo(slow.predicted(id));
      assertThat(row.at("/true_positives").asLong()).isEqualTo(slow.truePositives(id));
      assertClose(row.at("/precision"), slow.precision(id));
      assertClose(row.at("/recall"), slow.recall(id));
      assertClose(row.at("/f1"), slow.f1(id));
    }
    assertClose(report.at("/macro_average/precision"), slow.macro(slow::precision));
    assertClose(report.at("/macro_average/recall"), slow.macro(slow::recall));
    assertClose(report.at("/macro_average/f1"), slow.macro(slow::f1));
    assertClose(report.at("/weighted_average/precision"), slow.weighted(slow::precision));
    assertClose(report.at("/weighted_average/recall"), slow.weighted(slow::recall));
    assertClose(report.at("/weighted_average/f1"), slow.weighted(slow::f1));
  }

  private static void assertPairs(JsonNode report, SlowEvaluation slow) {
    List<List<Long>> pairs = new ArrayList<>();
    for (JsonNode pair : report.at("/confused_pairs")) {
      long label = pair.at("/label_id").asLong();
      long count = pair.at("/count").asLong();
      pairs.add(List.of(label, pair.at("/predicted_id").asLong(), count));
      assertClose(pair.at("/share"), (double) count / slow.support((int) label));
    }
    List<List<Long>> expected = slow.confusedPairs();
    assertThat(pairs).isEqualTo(expected.subList(0, Math.min(50, expected.size())));
  }

  private static void assertCalibration(JsonNode calibration, SlowEvaluation slow) {
    JsonNode bins = calibration.at("/bins");
    assertThat(bins).hasSize(15);
    for (int bin = 0; bin < bins.size(); bin++) {
      List<Prediction> in = slow.inBin(bin, bins.size());
      assertThat(bins.get(bin).at("/images").asInt()).isEqualTo(in.size());
      assertThat(bins.get(bin).at("/hits").asLong()).isEqualTo(SlowEvaluation.hits(in));
      if (!in.isEmpty()) {
        assertClose(bins.get(bin).at("/mean_confidence"), SlowEvaluation.meanConfidence(in));
      }
    }
    assertClose(
        calibration.at("/mean_confidence"), SlowEvaluation.meanConfidence(slow.predictions()));
    assertClose(
        calibration.at("/expected_calibration_error"), slow.expectedCalibrationError(bins.size()));
  }

  private static void assertClose(JsonNode figure, double expected) {
    assertThat(figure.isNumber()).isTrue();
    assertThat(figure.asDouble()).isCloseTo(expected, within(1e-12));
  }
}
