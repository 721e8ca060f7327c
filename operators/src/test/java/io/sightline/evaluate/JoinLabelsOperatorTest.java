// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.reference.Rejections;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which event has which label, what is rejected, and that nothing stays in state. */
class JoinLabelsOperatorTest {

  private static final long MAX_DELAY = 100;

  private KeyedTwoInputStreamOperatorTestHarness<
          String, ClassificationEvent, ImageLabel, ClassificationEvent>
      harness;

  @BeforeEach
  void open() throws Exception {
    harness = harness();
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void whatIsInStateIsSerialisedAsAPojo() {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(WaitingEvent.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(HeldLabel.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(ImageLabel.class);
  }

  @Test
  void aLabelBeforeItsEventAndOneAfterItAreJoined() throws Exception {
    label("early", "1", 10);
    event("early", 20);
    event("late", 30);
    label("late", "2", 130);

    assertThat(joined()).containsExactly("early 1 at 20", "late 2 at 30");
    assertThat(rejected()).isEmpty();
  }

  @Test
  void aLabelAfterTheAllowedTimeIsOfNoUseAndItsEventIsRejected() throws Exception {
    event("a", 30);
    label("a", "2", 131);
    assertThat(joined()).isEmpty();
    watermark(130);

    assertThat(rejected()).containsExactly("a evaluate/label-expired");
    watermark(231);
    assertThat(joined()).isEmpty();
    assertNothingIsInState();
  }

  @Test
  void anEventWaitsUntilTheWatermarkIsThatFarAndNoLonger() throws Exception {
    event("a", 30);
    watermark(129);
    assertThat(rejected()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isOne();
    assertThat(harness.numEventTimeTimers()).isOne();

    watermark(130);
    assertThat(rejected()).containsExactly("a evaluate/label-expired");
    assertNothingIsInState();
  }

  @Test
  void aLabelWhoseEventNeverComesIsDropped() throws Exception {
    label("a", "2", 30);
    assertThat(harness.numKeyedStateEntries()).isOne();
    watermark(130);

    assertThat(joined()).isEmpty();
    assertThat(rejected()).isEmpty();
    assertNothingIsInState();
  }

  @Test
  void aJoinedPairIsGoneOnceItsTimeIsOver() throws Exception {
    event("a", 30);
    label("a", "2", 40);
    watermark(140);

    assertThat(joined()).containsExactly("a 2 at 30");
    assertThat(rejected()).isEmpty();
    assertNothingIsInState();
  }

  @Test
  void theFirstOfSeveralLabelsServesEveryEventWithItsId() throws Exception {
    event("a", 30);
    event("a", 31);
    label("a", "2", 40);
    label("a", "1", 41);
    event("a", 42);

    assertThat(joined()).containsExactly("a 2 at 30", "a 2 at 31", "a 2 at 42");
  }

  @Test
  void aBacklogOfLabelsComesToTheSameEndAsLabelsThatCameInTime() throws Exception {
    label("a", "1", 0);
    event("a", 50);
    watermark(149);
    label("a", "2", 150);
    event("a", 210);
    label("a", "0", 220); // a repeat
    event("a", 350); // too far from all
    watermark(500);
    List<String> inTime = joined();
    List<String> rejectedInTime = rejected();
    assertNothingIsInState();
    close();
    open();

    label("a", "1", 0);
    label("a", "2", 150);
    label("a", "0", 220);
    event("a", 50);
    event("a", 210);
    event("a", 350);
    watermark(500);

    assertThat(joined()).isEqualTo(inTime).containsExactly("a 1 at 50", "a 2 at 210");
    assertThat(rejected()).isEqualTo(rejectedInTime).containsExactly("a evaluate/label-expired");
    assertNothingIsInState();
  }

  @Test
  void aBacklogOfEventsComesToTheSameEndAsEventsThatCameInTime() throws Exception {
    event("a", 50);
    event("a", 210);
    event("a", 350);
    label("a", "1", 0);
    label("a", "2", 150);
    label("a", "0", 220);
    watermark(500);

    assertThat(joined()).containsExactly("a 1 at 50", "a 2 at 210");
    assertThat(rejected()).containsExactly("a evaluate/label-expired");
    assertNothingIsInState();
  }

  @Test
  void ofTwoLabelsThatBelongToAnEventTheFirstToComeServesIt() throws Exception {
    label("a", "1", 0);
    label("a", "2", 150);
    event("a", 75);

    assertThat(joined()).containsExactly("a 1 at 75");
  }

  @Test
  void eachOfSeveralLabelsExpiresAtItsOwnTimeAndIsRestored() throws Exception {
    label("a", "1", 0);
    label("a", "2", 150);
    label("a", "0", 300);
    watermark(100); // the first is gone
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = harness();
    harness.initializeState(state);
    harness.open();

    event("a", 160);
    event("a", 310);
    watermark(399);
    assertThat(harness.numKeyedStateEntries()).isOne();
    watermark(400);

    assertThat(joined()).containsExactly("a 2 at 160", "a 0 at 310");
    assertNothingIsInState();
  }

  @Test
  void whatComesWhenItsTimeIsOverLeavesNothing() throws Exception {
    watermark(1000);
    event("a", 30);
    label("b", "1", 30);

    assertThat(rejected()).containsExactly("a evaluate/label-expired");
    assertNothingIsInState();
  }

  @Test
  void aLabelThatIsNoClassRejectsItsEvent() throws Exception {
    event("a", 30);
    label("a", "zebra", 40);

    assertThat(joined()).isEmpty();
    assertThat(rejected()).containsExactly("a evaluate/unknown-label");
  }

  @Test
  void watermarksAreHeldBackByTheAllowedTimeAndTheLastIsNot() throws Exception {
    watermark(500);
    watermark(Watermark.MAX_WATERMARK.getTimestamp());

    assertThat(harness.getOutput()).containsExactly(new Watermark(400), Watermark.MAX_WATERMARK);
  }

  @Test
  void anEventThatExpiresLeavesBeforeTheWatermarkThatMakesItLate() throws Exception {
    event("a", 30);
    watermark(130);

    // 30 is not above 30: whoever counts by windows must have it by now.
    assertThat(rejected()).hasSize(1);
    assertThat(harness.getOutput()).containsExactly(new Watermark(30));
    assertThat(harness.getSideOutput(Rejections.TAG).element().getTimestamp()).isEqualTo(30);
  }

  @Test
  void whatWaitsIsRestored() throws Exception {
    event("a", 30);
    event("b", 30);
    label("c", "1", 30);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = harness();
    harness.initializeState(state);
    harness.open();

    label("a", "2", 40);
    event("c", 50);
    watermark(150);

    assertThat(joined()).containsExactly("a 2 at 30", "c 1 at 50");
    assertThat(rejected()).containsExactly("b evaluate/label-expired");
    assertNothingIsInState();
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, ClassificationEvent, ImageLabel, ClassificationEvent>
      harness() throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new JoinLabelsOperator(Events.names(3), Duration.ofMillis(MAX_DELAY)),
        ClassificationEvent::getReferenceId,
        ImageLabel::referenceId,
        Types.STRING);
  }

  private void event(String id, long timestamp) throws Exception {
    harness.processElement1(Events.of(id), timestamp);
  }

  private void label(String id, String label, long timestamp) throws Exception {
    harness.processElement2(new ImageLabel(id, label), timestamp);
  }

  private void watermark(long timestamp) throws Exception {
    harness.processWatermark1(new Watermark(timestamp));
    harness.processWatermark2(new Watermark(timestamp));
  }

  private List<String> joined() {
    List<String> joined = new ArrayList<>();
    for (StreamRecord<? extends ClassificationEvent> record :
        harness.extractOutputStreamRecords()) {
      ClassificationEvent event = record.getValue();
      joined.add(
          "%s %s at %d".formatted(event.getReferenceId(), event.getLabel(), record.getTimestamp()));
    }
    return joined;
  }

  private List<String> rejected() {
    Queue<StreamRecord<Rejection>> rejections = harness.getSideOutput(Rejections.TAG);
    return rejections == null
        ? List.of()
        : rejections.stream()
            .map(StreamRecord::getValue)
            .map(r -> "%s %s/%s".formatted(r.getReferenceId(), r.getStage(), r.getReason()))
            .toList();
  }

  private void assertNothingIsInState() {
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }
}
