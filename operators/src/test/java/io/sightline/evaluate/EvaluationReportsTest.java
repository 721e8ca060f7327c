// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.schemas.AccuracyReport;
import io.sightline.schemas.AverageReport;
import io.sightline.schemas.CalibrationBinReport;
import io.sightline.schemas.ClassReport;
import io.sightline.schemas.ConfusedPairReport;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.PublishedReport;
import io.sightline.schemas.RejectionCount;
import io.sightline.schemas.TopKReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvaluationReportsTest {

  private static final Instant NOW = Instant.parse("2026-11-24T06:00:00.123456Z");
  private static final List<String> LABELS = List.of("crane", "crane", "cock");

  private static EvaluationSubject subject(@Nullable String split, @Nullable Double published) {
    return new EvaluationSubject("squeezenet", "2", "f00d", LABELS, split, published);
  }

  /** Four images, of which three are right. */
  private static EvaluationCounts counts() {
    EvaluationCounts counts = new EvaluationCounts(new CountingRules(3, List.of(1, 5), 2));
    counts.add(0, List.of(0, 1), List.of(0.75f, 0.25f));
    counts.add(0, List.of(2, 0), List.of(1f, 0f));
    counts.add(2, List.of(2), List.of(0.5f));
    counts.add(2, List.of(2), List.of(0.25f));
    counts.addRejection("fetch", "not-found");
    return counts;
  }

  private static EvaluationReport report() {
    return EvaluationReports.of(EvaluationMetrics.of(counts(), 10), subject("val", 0.5), NOW);
  }

  @Test
  void aReportHasEveryFigure() {
    EvaluationReport report = report();
    assertThat(report.getModelName()).isEqualTo("squeezenet");
    assertThat(report.getModelVersion()).isEqualTo("2");
    assertThat(report.getModelFingerprint()).isEqualTo("f00d");
    assertThat(report.getSplit()).isEqualTo("val");
    assertThat(report.getWindowStart()).isNull();
    assertThat(report.getWindowEnd()).isNull();
    assertThat(report.getCreatedAt()).isEqualTo("2026-11-24T06:00:00.123Z");
    assertThat(report.getClasses()).isEqualTo(3);
    assertThat(report.getImages()).isEqualTo(4);
    assertThat(report.getWithoutClass()).isZero();
    assertThat(report.getRejected()).isEqualTo(1);
    assertThat(report.getRejections())
        .containsExactly(new RejectionCount("fetch", "not-found", 1L));
    Proportion three = new Proportion(3, 4);
    AccuracyReport top1 = new AccuracyReport(3L, 0.75, three.low(), three.high());
    AccuracyReport top5 = new AccuracyReport(4L, 1.0, new Proportion(4, 4).low(), 1.0);
    assertThat(report.getTop1()).isEqualTo(top1);
    assertThat(report.getTopK())
        .containsExactly(new TopKReport(1, false, top1), new TopKReport(5, true, top5));
    double f1 = 2 / 3.0; // 1 of 1, 1 of 2
    assertThat(report.getPerClass())
        .containsExactly(
            new ClassReport(0, "crane", 2L, 1L, 1L, 1.0, 0.5, f1),
            new ClassReport(2, "cock", 2L, 3L, 2L, 2 / 3.0, 1.0, 0.8));
    AverageReport mean = new AverageReport((1 + 2 / 3.0) / 2, 0.75, (f1 + 0.8) / 2);
    assertThat(report.getMacroAverage()).isEqualTo(mean);
    assertThat(report.getWeightedAverage()).isEqualTo(mean);
    assertThat(report.getConfusedPairs())
        .containsExactly(new ConfusedPairReport(0, "crane", 2, "cock", 1L, 0.5));
    assertThat(report.getCalibration().getImages()).isEqualTo(4);
    assertThat(report.getCalibration().getMeanConfidence()).isEqualTo(0.625);
    assertThat(report.getCalibration().getExpectedCalibrationError()).isEqualTo((1.25 + 0.75) / 4);
    assertThat(report.getCalibration().getBins())
        .containsExactly(
            new CalibrationBinReport(0.0, 0.5, 2L, 2L, 1.0, 0.375),
            new CalibrationBinReport(0.5, 1.0, 2L, 1L, 0.5, 0.875));
    assertThat(report.getNegativeLogLikelihood())
        .isCloseTo(
            (-Math.log(0.75) - Math.log(0x1p-23) - Math.log(0.5) - Math.log(0.25)) / 4,
            within(1e-12));
    assertThat(report.getNegativeLogLikelihoodImages()).isEqualTo(4);
    PublishedTop1 comparison = new PublishedTop1(three, 0.5);
    assertThat(report.getPublished())
        .isEqualTo(new PublishedReport(0.5, 0.25, comparison.smallestDifference(), false));
  }

  @Test
  void aReportSurvivesAvro() throws Exception {
    assertThat(EvaluationReport.fromByteBuffer(report().toByteBuffer())).isEqualTo(report());
    EvaluationReport nothing = nothing("val");
    assertThat(EvaluationReport.fromByteBuffer(nothing.toByteBuffer())).isEqualTo(nothing);
  }

  private static EvaluationReport nothing(@Nullable String split) {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(3));
    return EvaluationReports.of(EvaluationMetrics.of(counts, 10), subject(split, 0.5), NOW);
  }

  @Test
  void aFigureThatNothingWasMeasuredForIsNull() {
    EvaluationReport report = nothing("val");
    assertThat(report.getTop1()).isEqualTo(new AccuracyReport(0L, null, null, null));
    assertThat(report.getMacroAverage()).isEqualTo(new AverageReport(null, null, null));
    assertThat(report.getCalibration().getMeanConfidence()).isNull();
    assertThat(report.getCalibration().getExpectedCalibrationError()).isNull();
    assertThat(report.getNegativeLogLikelihood()).isNull();
    assertThat(report.getPublished()).isNull();
  }

  @Test
  void withoutAPublishedFigureThereIsNoComparison() {
    EvaluationMetrics metrics = EvaluationMetrics.of(counts(), 10);
    assertThat(EvaluationReports.of(metrics, subject("val", null), NOW).getPublished()).isNull();
  }

  @Test
  void labelsOfAnotherModelAreRefused() {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(4));
    EvaluationMetrics metrics = EvaluationMetrics.of(counts, 10);
    assertThatThrownBy(() -> EvaluationReports.of(metrics, subject("val", null), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 label names for 4 classes");
  }

  @Test
  void theResultHasPaddleXsForm() throws Exception {
    assertThat(result(report()))
        .isEqualTo(
            """
            {
              "done_flag" : true,
              "metrics" : {
                "val.top1" : 0.75,
                "val.top5" : 1.0
              }
            }
            """);
  }

  @Test
  void theResultHasTop1WhateverTheKs() throws Exception {
    EvaluationCounts counts = new EvaluationCounts(new CountingRules(3, List.of(2), 2));
    counts.add(0, List.of(1, 0), List.of(0.75f, 0.25f));
    EvaluationReport report =
        EvaluationReports.of(EvaluationMetrics.of(counts, 0), subject("test", null), NOW);
    JsonNode metrics = new ObjectMapper().readTree(result(report)).path("metrics");
    assertThat(metrics.toString()).isEqualTo("{\"test.top1\":0.0,\"test.top2\":1.0}");
  }

  @Test
  void withoutImagesTheResultIsNotDone() throws Exception {
    assertThat(new ObjectMapper().readTree(result(nothing("val"))).toString())
        .isEqualTo("{\"done_flag\":false,\"metrics\":{}}");
  }

  @Test
  void aStreamHasNoResult() {
    assertThatThrownBy(() -> result(nothing(null))).isInstanceOf(IllegalArgumentException.class);
  }

  private static String result(EvaluationReport report) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EvaluationFiles.writeResult(report, out);
    return out.toString(UTF_8);
  }

  private static String json(EvaluationReport report) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EvaluationFiles.writeReport(report, out);
    return out.toString(UTF_8);
  }

  @Test
  void theReportsFileHasTheFieldsOfTheSchemaInTheirOrder() throws Exception {
    String json = json(report());
    assertThat(json).endsWith("}\n").doesNotContain("\r");
    JsonNode root = new ObjectMapper().readTree(json);
    List<String> fields = new ArrayList<>();
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      fields.add(names.next());
    }
    assertThat(fields)
        .containsExactlyElementsOf(
            EvaluationReport.getClassSchema().getFields().stream()
                .map(Schema.Field::name)
                .toList());
    assertThat(root.path("created_at").asText()).isEqualTo("2026-11-24T06:00:00.123Z");
    assertThat(root.path("top1").path("accuracy").asDouble()).isEqualTo(0.75);
    assertThat(root.path("per_class").path(1).path("label_name").asText()).isEqualTo("cock");
  }

  @Test
  void theSameOutcomesInAnyOrderAndSplitGiveTheSameFile() throws Exception {
    CountingRules rules = CountingRules.of(3);
    List<Prediction> predictions =
        new ArrayList<>(Prediction.random(new SplittableRandom(1), 300, 3));
    String expected = json(rules, predictions, 0);
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(predictions, random);
      assertThat(json(rules, predictions, random.nextInt(300))).isEqualTo(expected);
    }
  }

  private static String json(CountingRules rules, List<Prediction> predictions, int cut)
      throws IOException {
    EvaluationCounts counts = Prediction.count(rules, predictions.subList(cut, 300));
    counts.merge(Prediction.count(rules, predictions.subList(0, cut)));
    return json(EvaluationReports.of(EvaluationMetrics.of(counts, 5), subject("val", 0.5), NOW));
  }
}
