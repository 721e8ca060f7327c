// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.LabelSettings;
import io.sightline.config.SourceSettings;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import io.sightline.testing.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of events by their label, and of records of labels. */
class LabelFunctionTest {

  private static final List<String> NAMES = List.of("cat", "dog", "cat");

  @Test
  void anEventWithoutAUsableLabelIsRejectedWithItsReason() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      for (String label : new String[] {"1", "dog", null, "cow", "cat", "3"}) {
        harness.processElement(event("id-" + label, label), 17);
      }

      assertThat(harness.extractOutputValues())
          .extracting(ClassificationEvent::getReferenceId)
          .containsExactly("id-1", "id-dog");
      assertThat(side(harness, Rejections.TAG))
          .extracting(r -> r.getValue().getReferenceId() + " " + reason(r.getValue()))
          .containsExactly(
              "id-null evaluate/no-label",
              "id-cow evaluate/unknown-label",
              "id-cat evaluate/ambiguous-label",
              "id-3 evaluate/unknown-label");
      assertThat(side(harness, Rejections.TAG))
          .allSatisfy(
              record -> {
                assertThat(record.getTimestamp()).isEqualTo(17);
                assertThat(record.getValue().getModelFingerprint()).isEqualTo("f00d");
                assertThat(record.getValue().getUri()).isEqualTo("https://host/a.jpg");
                assertThat(record.getValue().getAttributes()).containsEntry("k", "v");
              });
    }
  }

  @Test
  void theLabelOfADataSetIsAClassIdWhateverTheClassesAreNamed() throws Exception {
    try (var harness = harness(subject(List.of("1", "0", "2"), "val"), false)) {
      harness.open();
      for (String label : new String[] {"0", "1", "2"}) {
        harness.processElement(event("id-" + label, label), 17);
      }

      assertThat(harness.extractOutputValues())
          .extracting(ClassificationEvent::getReferenceId)
          .containsExactly("id-0", "id-1", "id-2");
      assertThat(side(harness, Rejections.TAG)).isEmpty();
    }
  }

  @Test
  void anEventWithoutALabelWaitsWhereLabelsComeLater() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      harness.processElement(event("a", null), 17);
      harness.processElement(event("b", "1"), 17);

      assertThat(side(harness, LabelFunction.WAITING))
          .extracting(record -> record.getValue().getReferenceId())
          .containsExactly("a");
      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(side(harness, Rejections.TAG)).isEmpty();
    }
  }

  @Test
  void labelsAreReadFromJsonAndFromKeysAndValues() throws Exception {
    assertThat(labels(LabelSettings.Format.JSON, null, "{\"id\": \"a\", \"label\": \"dog\"}"))
        .containsExactly("ImageLabel[referenceId=a, label=dog]");
    assertThat(labels(LabelSettings.Format.JSON, null, "{\"id\": 7, \"label\": 1, \"x\": []}"))
        .containsExactly("ImageLabel[referenceId=7, label=1]");
    assertThat(labels(LabelSettings.Format.KEY_VALUE, "a", "dog"))
        .containsExactly("ImageLabel[referenceId=a, label=dog]");
  }

  @Test
  void aRecordThatIsNoLabelIsRejectedWithItsBytes() throws Exception {
    for (String value :
        new String[] {null, "", "dog", "[]", "{\"id\": \"a\"}", "{\"id\":\"a\",\"label\":{}}"}) {
      assertThat(labels(LabelSettings.Format.JSON, "key", value))
          .as(value)
          .containsExactly("evaluate/malformed-label of key");
    }
    assertThat(labels(LabelSettings.Format.KEY_VALUE, null, "dog"))
        .containsExactly("evaluate/malformed-label of null");
    assertThat(labels(LabelSettings.Format.KEY_VALUE, "a", "d".repeat(1 << 17)))
        .containsExactly("evaluate/malformed-label of a");
  }

  private static List<String> labels(
      LabelSettings.Format format, @Nullable String key, @Nullable String value) throws Exception {
    SourceSettings source = Settings.source(SourceSettings.Format.JSON, SourceSettings.Id.OFFSET);
    try (var harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(new ParseLabelFunction(format, source)))) {
      harness.open();
      harness.processElement(new SourceRecord("labels", 0, 1, 2, bytes(key), bytes(value)), 2);
      return java.util.stream.Stream.concat(
              harness.extractOutputValues().stream().map(ImageLabel::toString),
              side(harness, Rejections.TAG).stream()
                  .map(StreamRecord::getValue)
                  .map(r -> reason(r) + " of " + text(r.getOrigin().getKey())))
          .toList();
    }
  }

  private static @Nullable String text(java.nio.@Nullable ByteBuffer key) {
    return key == null ? null : StandardCharsets.UTF_8.decode(key.duplicate()).toString();
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  private static ClassificationEvent event(String id, @Nullable String label) {
    return Events.of(id, label, Prediction.of(0, 0, 0.5));
  }

  private static OneInputStreamOperatorTestHarness<ClassificationEvent, ClassificationEvent>
      harness(boolean labelsComeLater) throws Exception {
    return harness(subject(NAMES, null), labelsComeLater);
  }

  private static EvaluationSubject subject(List<String> names, @Nullable String split) {
    return new EvaluationSubject("m", null, "f00d", names, split, null);
  }

  private static OneInputStreamOperatorTestHarness<ClassificationEvent, ClassificationEvent>
      harness(EvaluationSubject subject, boolean labelsComeLater) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(
        new ProcessOperator<>(new LabelFunction(subject, labelsComeLater)));
  }

  private static <T> List<StreamRecord<T>> side(
      OneInputStreamOperatorTestHarness<?, ?> harness, OutputTag<T> tag) {
    var records = harness.getSideOutput(tag);
    return records == null ? List.of() : List.copyOf(records);
  }

  private static String reason(Rejection rejection) {
    return rejection.getStage() + "/" + rejection.getReason();
  }
}
