// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.EvaluateStreamSettings;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationState;
import io.sightline.schemas.Rejection;
import io.sightline.testing.Records;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;

/** When counts leave the operator that counts, and what is in them. */
class CountOperatorTest {

  private static final CountingRules RULES = CountingRules.of(3);
  private static final EvaluateStreamSettings NO_WINDOWS = EvaluateStreamSettings.AT_THE_END;
  private static final EvaluateStreamSettings WINDOWS =
      new EvaluateStreamSettings(Duration.ZERO, Duration.ofMillis(100), Duration.ofMillis(50));

  @Test
  void aPartIsSerialisedAsAPojoWithAvroInIt() {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(EvaluationPart.class);
    PojoTypeInfo<EvaluationPart> part =
        (PojoTypeInfo<EvaluationPart>) TypeInformation.of(EvaluationPart.class);
    assertThat(part.getTypeAt("counts")).isEqualTo(new AvroTypeInfo<>(EvaluationState.class));
  }

  @Test
  void countsLeaveBeforeTheBarrierAndNothingIsInState() throws Exception {
    try (var harness = harness(NO_WINDOWS)) {
      harness.open();
      harness.processElement(Events.of(1, 1), 5);
      harness.processElement(Events.of(1, 2), 6);
      assertThat(harness.extractOutputValues()).isEmpty();

      harness.prepareSnapshotPreBarrier(1);
      OperatorSubtaskState state = harness.snapshot(1, 1);

      assertThat(images(harness)).containsOnly(Map.entry(EvaluationPart.OVERALL, 2L));
      assertThat(state.hasState()).isFalse();
      harness.prepareSnapshotPreBarrier(2);
      assertThat(harness.extractOutputValues()).as("nothing has come since").hasSize(1);
    }
  }

  @Test
  void countsLeaveByTheClock() throws Exception {
    try (var harness = harness(NO_WINDOWS)) {
      harness.open();
      harness.processElement(Events.of(1, 1), 5);
      harness.setProcessingTime(999);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.setProcessingTime(1001);
      assertThat(images(harness)).containsOnly(Map.entry(EvaluationPart.OVERALL, 1L));
    }
  }

  @Test
  void theClockSendsNothingWhereABarrierHasJustDoneSo() throws Exception {
    try (var harness = harness(NO_WINDOWS)) {
      harness.open();
      harness.processElement(Events.of(1, 1), 5);
      harness.setProcessingTime(600);
      harness.prepareSnapshotPreBarrier(1);
      assertThat(harness.extractOutputValues()).hasSize(1);

      harness.processElement(Events.of(1, 2), 5);
      harness.setProcessingTime(1500);
      assertThat(harness.extractOutputValues()).hasSize(1);
      harness.setProcessingTime(1800);
      assertThat(images(harness)).containsOnly(Map.entry(EvaluationPart.OVERALL, 2L));
    }
  }

  @Test
  void countsLeaveBeforeTheWatermarkOfTheEndOfInput() throws Exception {
    try (var harness = harness(NO_WINDOWS)) {
      harness.open();
      harness.processElement(Events.of(1, 1), 5);
      harness.processWatermark(Watermark.MAX_WATERMARK);

      List<Object> output = new ArrayList<>(harness.getOutput());
      assertThat(output).hasSize(2);
      assertThat(output.get(0)).isInstanceOf(StreamRecord.class);
      assertThat(output.get(1)).isEqualTo(Watermark.MAX_WATERMARK);
    }
  }

  @Test
  void whatComesAfterTheLastWatermarkLeavesAtTheEnd() throws Exception {
    try (var harness = harness(NO_WINDOWS)) {
      harness.open();
      harness.processElement(Events.of(1, 1), 5);
      harness.getOperator().finish();
      assertThat(images(harness)).containsOnly(Map.entry(EvaluationPart.OVERALL, 1L));
    }
  }

  @Test
  void windowsLeaveBeforeTheWatermarkThatEndsThem() throws Exception {
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(Events.of(1, 1), 0);
      harness.processElement(Events.of(1, 1), 99);
      harness.processElement(Events.of(1, 1), 100);
      harness.processWatermark(98);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(99);

      List<Object> output = new ArrayList<>(harness.getOutput());
      assertThat(output.get(output.size() - 1)).isEqualTo(new Watermark(99));
      assertThat(images(harness)).isEqualTo(Map.of(0L, 2L, 100L, 1L, EvaluationPart.OVERALL, 3L));
    }
  }

  @Test
  void whatIsLateWithinTheAllowedTimeCountsForItsWindowAndWhatIsLaterForNone() throws Exception {
    try (var harness = harness(WINDOWS)) {
      harness.open();
      harness.processElement(Events.of(1, 1), 0);
      harness.processWatermark(148);
      harness.processElement(Events.of(1, 2), 1); // the window is forgotten at 149
      harness.processWatermark(149);
      assertThat(images(harness)).isEqualTo(Map.of(0L, 2L, EvaluationPart.OVERALL, 2L));

      harness.processElement(Events.of(1, 2), 2);
      harness.prepareSnapshotPreBarrier(1);
      assertThat(images(harness)).isEqualTo(Map.of(0L, 2L, EvaluationPart.OVERALL, 3L));
    }
  }

  @Test
  void rejectionsCountByStageAndReason() throws Exception {
    try (var harness =
        new OneInputStreamOperatorTestHarness<Rejection, EvaluationPart>(
            new CountRejections(Events.subject(3), RULES, NO_WINDOWS))) {
      harness.open();
      harness.processElement(Records.rejection("a", 1), 5);
      harness.processElement(Records.rejection("b", 1), 5);
      harness.prepareSnapshotPreBarrier(1);

      EvaluationCounts counts = EvaluationCounts.of(harness.extractOutputValues().get(0).counts());
      assertThat(counts.rejections())
          .containsExactly(
              Map.entry(new EvaluationCounts.Rejected("parse", "malformed-record"), 2L));
    }
  }

  @Test
  void anEventOfAnotherModelCountsForNothingAndMakesNoWindow() throws Exception {
    try (var harness = harness(WINDOWS)) {
      harness.open();
      ClassificationEvent other = Events.of(1, 1);
      other.setModelFingerprint("other");
      harness.processElement(other, 0);
      harness.processElement(Events.of(1, 1), 100);
      harness.prepareSnapshotPreBarrier(1);

      assertThat(images(harness)).isEqualTo(Map.of(100L, 1L, EvaluationPart.OVERALL, 1L));
      assertThat(harness.extractOutputValues())
          .allSatisfy(
              part ->
                  assertThat(part.counts().getModelFingerprint())
                      .isEqualTo(Records.MODEL_FINGERPRINT));
    }
  }

  @Test
  void aRejectionOfAnotherModelCountsForNothingAndOneOfNoModelCounts() throws Exception {
    try (var harness =
        new OneInputStreamOperatorTestHarness<Rejection, EvaluationPart>(
            new CountRejections(Events.subject(3), RULES, NO_WINDOWS))) {
      harness.open();
      for (String model : Arrays.asList("other", null, Records.MODEL_FINGERPRINT)) {
        Rejection rejection = Records.rejection("a", 1);
        rejection.setModelFingerprint(model);
        harness.processElement(rejection, 5);
      }
      harness.prepareSnapshotPreBarrier(1);

      EvaluationCounts counts = EvaluationCounts.of(harness.extractOutputValues().get(0).counts());
      assertThat(counts.rejections().values()).containsExactly(2L);
    }
  }

  private static OneInputStreamOperatorTestHarness<ClassificationEvent, EvaluationPart> harness(
      EvaluateStreamSettings settings) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(
        new CountEvents(Events.subject(3), RULES, settings));
  }

  /** Images of all parts that have left, by window. */
  private static Map<Long, Long> images(
      OneInputStreamOperatorTestHarness<?, EvaluationPart> harness) {
    Map<Long, Long> images = new TreeMap<>();
    for (EvaluationPart part : harness.extractOutputValues()) {
      images.merge(part.window(), part.counts().getImages(), Long::sum);
    }
    return images;
  }
}
