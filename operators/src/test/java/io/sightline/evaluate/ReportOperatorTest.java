// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sightline.config.EvaluateStreamSettings;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.EvaluationState;
import io.sightline.testing.LogLines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When reports are made of parts, what is in them, and what stays in state. */
class ReportOperatorTest {

  private static final CountingRules RULES = CountingRules.of(20);
  private static final EvaluationSubject SUBJECT =
      new EvaluationSubject("m", null, "f", Events.names(20), null, null);
  private static final EvaluationSubject OTHER_MODEL =
      new EvaluationSubject("m", null, "other", Events.names(20), null, null);
  private static final EvaluateStreamSettings EACH_SECOND =
      new EvaluateStreamSettings(Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO);
  private static final EvaluateStreamSettings WINDOWS =
      new EvaluateStreamSettings(Duration.ZERO, Duration.ofMillis(100), Duration.ofMillis(50));

  private static final int MAX_PARALLELISM = 128;

  private final List<Prediction> predictions =
      Prediction.random(new SplittableRandom(7), 90, 20, 5);

  @Test
  void everythingSoFarIsReportedAboutByTheClockWhereAnythingHasCome() throws Exception {
    try (var harness = harness(EACH_SECOND)) {
      harness.open();
      harness.setProcessingTime(5);
      harness.processElement(overall(0, 30), 0);
      harness.processElement(overall(30, 60), 0);
      harness.setProcessingTime(999);
      assertThat(harness.extractOutputValues()).isEmpty();

      harness.setProcessingTime(1000);
      harness.setProcessingTime(2000);
      assertThat(harness.extractOutputValues()).containsExactly(report(60, 1000));

      harness.processElement(overall(60, 90), 0);
      harness.setProcessingTime(3000);
      assertThat(harness.extractOutputValues()).containsExactly(report(60, 1000), report(90, 3000));
    }
  }

  @Test
  void theEndOfTheInputIsReportedAbout() throws Exception {
    try (var harness = harness(EvaluateStreamSettings.AT_THE_END)) {
      harness.open();
      harness.processElement(overall(0, 90), 0);
      harness.setProcessingTime(100_000);
      harness.processWatermark(1_000_000);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(harness.extractOutputValues()).containsExactly(report(90, 100_000));
    }
  }

  @Test
  void countsAreRestoredAndGoOn() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(EvaluateStreamSettings.AT_THE_END)) {
      harness.open();
      harness.processElement(overall(0, 30), 0);
      OperatorSubtaskState unused = harness.snapshot(1, 1);
      harness.processElement(overall(30, 60), 0);
      state = harness.snapshot(2, 2);
      harness.processElement(overall(60, 70), 0); // after the checkpoint: it comes again
    }
    try (var harness = harness(EvaluateStreamSettings.AT_THE_END)) {
      harness.initializeState(state);
      harness.open();
      harness.processElement(overall(60, 90), 0);
      harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(harness.extractOutputValues()).containsExactly(report(90, 0));
    }
  }

  @Test
  void countsMoveWithTheirKeyToAnotherParallelism() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(WINDOWS, 1, 0)) {
      harness.open();
      for (int window = 0; window < 20; window++) {
        harness.processElement(part(window * 100L, window, window + 1), 0);
      }
      state = harness.snapshot(1, 1);
    }
    List<EvaluationReport> reports = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      try (var harness = harness(WINDOWS, 2, subtask)) {
        harness.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                state, MAX_PARALLELISM, 1, 2, subtask));
        harness.open();
        harness.processWatermark(Watermark.MAX_WATERMARK);
        assertThat(harness.extractOutputValues()).hasSizeBetween(1, 19);
        reports.addAll(harness.extractOutputValues());
      }
    }
    assertThat(reports)
        .extracting(EvaluationReport::getWindowStart)
        .doesNotHaveDuplicates()
        .hasSize(20);
    assertThat(reports).allSatisfy(report -> assertThat(report.getImages()).isOne());
  }

  @Test
  void aWindowIsReportedAboutAtItsEndAndOnceMoreWhereLatePartsCame() throws Exception {
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(part(0, 0, 30), 0);
      harness.processWatermark(98);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(99);
      assertThat(harness.extractOutputValues()).containsExactly(window(0, 30));

      harness.processElement(part(0, 30, 60), 0);
      harness.processElement(part(0, 60, 90), 0);
      harness.processWatermark(148);
      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(harness.numKeyedStateEntries()).isPositive();
      harness.processWatermark(149);

      assertThat(harness.extractOutputValues()).containsExactly(window(0, 30), window(0, 90));
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void aWindowWithoutLatePartsIsForgottenWithoutASecondReport() throws Exception {
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(part(0, 0, 30), 0);
      harness.processWatermark(99);
      harness.processWatermark(149);

      assertThat(harness.extractOutputValues()).containsExactly(window(0, 30));
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aWindowThatIsForgottenIsNotReportedAboutAgain() throws Exception {
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(part(0, 0, 30), 0);
      harness.processWatermark(149);
      harness.processElement(part(0, 30, 31), 0); // of a partition that was idle
      harness.processWatermark(500);

      assertThat(harness.extractOutputValues()).containsExactly(window(0, 30));
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aWindowThatWasForgottenStaysSoAfterRestoresAtOtherParallelisms() throws Exception {
    OperatorSubtaskState first;
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(part(0, 0, 30), 0);
      harness.processElement(part(100, 0, 30), 0);
      harness.processWatermark(149);
      first = harness.snapshot(1, 1);
    }
    List<OperatorSubtaskState> rescaled = new ArrayList<>();
    for (int subtask = 0; subtask < 3; subtask++) {
      try (var harness = harness(WINDOWS, 3, subtask)) {
        harness.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                first, MAX_PARALLELISM, 1, 3, subtask));
        harness.open();
        rescaled.add(harness.snapshot(2, 2)); // before any watermark has come
      }
    }
    try (var harness = harness(WINDOWS)) {
      harness.initializeState(
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              AbstractStreamOperatorTestHarness.repackageState(
                  rescaled.toArray(OperatorSubtaskState[]::new)),
              MAX_PARALLELISM,
              3,
              1,
              0));
      harness.open();
      harness.processElement(part(0, 30, 31), 0);
      harness.processElement(part(100, 30, 90), 0);
      harness.processWatermark(500);

      assertThat(harness.extractOutputValues()).containsExactly(window(100, 90));
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  /** Before the first watermark after a restore the timers know of none. */
  @Test
  void aWindowThatWasReportedAboutBeforeARestoreIsSoOnceMoreAndWithAllLateParts() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(part(0, 0, 30), 0);
      harness.processWatermark(99);
      assertThat(harness.extractOutputValues()).containsExactly(window(0, 30));
      state = harness.snapshot(1, 1);
    }
    try (var harness = harness(WINDOWS)) {
      harness.initializeState(state);
      harness.open();
      harness.processElement(part(0, 30, 60), 0);
      harness.processWatermark(120);
      harness.processElement(part(0, 60, 90), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(149);

      assertThat(harness.extractOutputValues()).containsExactly(window(0, 90));
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void aJobThatWasDrainedStillHasWindows() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processWatermark(Watermark.MAX_WATERMARK);
      state = harness.snapshot(1, 1);
    }
    try (var harness = harness(WINDOWS)) {
      harness.initializeState(state);
      harness.open();
      harness.processElement(part(0, 0, 30), 0);
      harness.processWatermark(99);

      assertThat(harness.extractOutputValues()).containsExactly(window(0, 30));
    }
  }

  @Test
  void anotherModelCountsAnewAndOneLineSaysWhatIsSetAside() throws Exception {
    OperatorSubtaskState state = stateOf(60);
    try (var log = new LogLines(ReportOperator.class);
        var harness = harness(OTHER_MODEL, RULES, WINDOWS, 1, 0)) {
      harness.initializeState(state);
      harness.open();
      harness.processElement(part("other", EvaluationPart.OVERALL, 0, 30), 0);
      harness.processElement(part("other", 100, 0, 30), 0);
      harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(harness.extractOutputValues())
          .as("nothing of the window at 0, of which only the old model has seen images")
          .extracting(EvaluationReport::getModelFingerprint, EvaluationReport::getImages)
          .containsExactlyInAnyOrder(tuple("other", 30L), tuple("other", 30L));
      assertThat(harness.numKeyedStateEntries())
          .as("counts of everything so far, and that nothing has come since the report")
          .isEqualTo(1);
      assertThat(log.lines())
          .containsExactly(
              "WARN Counting starts anew: what was counted so far, 60 images of model f by %s, is set aside, since this is model other by %s"
                  .formatted(RULES, RULES));
    }
  }

  @Test
  void anotherModelWithoutAnImageReportsNothing() throws Exception {
    OperatorSubtaskState state = stateOf(60);
    try (var harness = harness(OTHER_MODEL, RULES, WINDOWS, 1, 0)) {
      harness.initializeState(state);
      harness.open();
      harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  static Stream<CountingRules> otherRules() {
    return Stream.of(
        CountingRules.of(19),
        new CountingRules(20, List.of(1), CountingRules.DEFAULT_CALIBRATION_BINS),
        new CountingRules(20, CountingRules.DEFAULT_TOP_K, 10));
  }

  @ParameterizedTest
  @MethodSource("otherRules")
  void whatWasCountedByOtherRulesIsSetAside(CountingRules others) throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(SUBJECT, others, EvaluateStreamSettings.AT_THE_END, 1, 0)) {
      harness.open();
      EvaluationCounts counts = new EvaluationCounts(others);
      counts.add(1, List.of(1), List.of(0.5f));
      harness.processElement(new EvaluationPart(EvaluationPart.OVERALL, counts.toState()), 0);
      state = harness.snapshot(1, 1);
    }
    try (var harness = harness(EvaluateStreamSettings.AT_THE_END)) {
      harness.initializeState(state);
      harness.open();
      harness.processElement(overall(0, 90), 0);
      harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(harness.extractOutputValues()).containsExactly(report(90, 0));
    }
  }

  @Test
  void partsOfAnotherModelOrByOtherRulesThatAreInFlightAreLeftOut() throws Exception {
    try (var harness = harness(EvaluateStreamSettings.AT_THE_END)) {
      harness.open();
      EvaluationCounts others = new EvaluationCounts(CountingRules.of(19));
      harness.processElement(new EvaluationPart(EvaluationPart.OVERALL, others.toState()), 0);
      harness.processElement(part("other", EvaluationPart.OVERALL, 0, 30), 0);
      harness.processElement(overall(0, 60), 0);
      harness.processElement(new EvaluationPart(EvaluationPart.OVERALL, others.toState()), 0);
      harness.processElement(part("other", EvaluationPart.OVERALL, 0, 30), 0);
      harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(harness.extractOutputValues()).containsExactly(report(60, 0));
    }
  }

  /** What an operator keeps that has so many images in everything so far, and in a window at 0. */
  private OperatorSubtaskState stateOf(int images) throws Exception {
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(overall(0, images), 0);
      harness.processElement(part(0, 0, images), 0);
      return harness.snapshot(1, 1);
    }
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, EvaluationPart, EvaluationReport> harness(
      EvaluateStreamSettings settings) throws Exception {
    return harness(settings, 1, 0);
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, EvaluationPart, EvaluationReport> harness(
      EvaluateStreamSettings settings, int parallelism, int subtask) throws Exception {
    return harness(SUBJECT, RULES, settings, parallelism, subtask);
  }

  private static KeyedOneInputStreamOperatorTestHarness<Long, EvaluationPart, EvaluationReport>
      harness(
          EvaluationSubject subject,
          CountingRules rules,
          EvaluateStreamSettings settings,
          int parallelism,
          int subtask)
          throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new ReportOperator(subject, rules, settings, 10),
        EvaluationPart::window,
        Types.LONG,
        MAX_PARALLELISM,
        parallelism,
        subtask);
  }

  private EvaluationPart overall(int from, int to) {
    return part(EvaluationPart.OVERALL, from, to);
  }

  private EvaluationPart part(long window, int from, int to) {
    return part(SUBJECT.modelFingerprint(), window, from, to);
  }

  private EvaluationPart part(String model, long window, int from, int to) {
    EvaluationState counts = Prediction.count(RULES, predictions.subList(from, to)).toState();
    counts.setModelFingerprint(model);
    return new EvaluationPart(window, counts);
  }

  private EvaluationReport report(int images, long createdAt) {
    return EvaluationReports.of(
        EvaluationMetrics.of(Prediction.count(RULES, predictions.subList(0, images)), 10),
        SUBJECT,
        Instant.ofEpochMilli(createdAt));
  }

  private EvaluationReport window(long start, int images) {
    EvaluationReport report = report(images, 0);
    report.setWindowStart(Instant.ofEpochMilli(start));
    report.setWindowEnd(Instant.ofEpochMilli(start + 100));
    return report;
  }
}
