// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ai.onnxruntime.OrtException;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.EventIds;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.RecordOrigin;
import io.sightline.schemas.Rejection;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The function inside Flink's async wait operator. Images are of one colour, each its own. */
@Timeout(60)
class ClassifyFunctionTest {

  private static final int SIDE = 8;
  private static final int CLASSES = 6;
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final int BRIGHT = 250;

  @TempDir Path folder;

  private final OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE);
  private Duration maxDelay = SHORT;
  private int capacity = 100;
  private boolean ordered;

  @AfterEach
  void noWorkerIsLeft() {
    assertThat(workers()).isEmpty();
  }

  @Test
  void everyFieldOfAnEventIsThatOfItsImage() throws Exception {
    byte[] jpeg = TestImages.withOrientation(TestImages.solid(".jpg", 40, 30, 200, 90, 20), 6);
    Instant submitted = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(5);
    ByteBuffer key = ByteBuffer.wrap(new byte[] {1, 2, 3});
    ImageReference reference = reference("a", jpeg);
    reference.setLabel("true label");
    reference.setAttributes(Map.of("camera", "7"));
    reference.setSubmittedAt(submitted);
    RecordOrigin origin = new RecordOrigin();
    origin.setKey(key);
    reference.setOrigin(origin);
    ModelDescriptor model = Models.write(folder, graph);

    Instant before = Instant.now().minusMillis(1);
    List<Outcome> outcomes =
        run(
            model.withTags(model.labels().stream().map(label -> "tag of " + label).toList()),
            List.of(reference));

    assertThat(outcomes).hasSize(1);
    ClassificationEvent event = outcomes.get(0).event();
    assertThat(event.getEventId()).isEqualTo(EventIds.eventId("a", null, model.fingerprint()));
    assertThat(event.getReferenceId()).isEqualTo("a");
    assertThat(event.getUri()).isNull();
    assertThat(event.getPageIndex()).isNull();
    assertThat(event.getModelName()).isEqualTo("m");
    assertThat(event.getModelVersion()).isEqualTo("v1");
    assertThat(event.getModelFingerprint()).isEqualTo(model.fingerprint());
    assertThat(event.getProvider()).isEqualTo("cpu");
    assertThat(event.getImageFormat()).isEqualTo("jpeg");
    assertThat(event.getWidth()).isEqualTo(30);
    assertThat(event.getHeight()).isEqualTo(40);
    assertThat(event.getContentSha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jpeg)));
    assertThat(event.getLabel()).isEqualTo("true label");
    assertThat(event.getAttributes()).isEqualTo(Map.of("camera", "7"));
    assertThat(event.getSourceKey()).isEqualTo(key);
    assertThat(event.getSubmittedAt()).isEqualTo(submitted);
    assertThat(event.getClassifiedAt()).isBetween(before, Instant.now());
    assertThat(event.getClassIds()).hasSize(3);
    assertThat(event.getLabelNames())
        .isEqualTo(event.getClassIds().stream().map(id -> "tag of class-" + id).toList());
    TopK expected = TopK.of(graph.scores(200 / 255.0, 90 / 255.0, 20 / 255.0), 3, 0);
    assertThat(event.getClassIds()).isEqualTo(expected.classIds());
    for (int i = 0; i < 3; i++) {
      assertThat(event.getScores().get(i)).isCloseTo(expected.scores().get(i), within(0.05f));
    }
  }

  /** The parser refuses such times; a savepoint may have them. */
  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE})
  void aTimeBeyondAllYearsDoesNotBreakTheTask(long submittedAt) throws Exception {
    ImageReference reference = reference("a", solid(3));
    reference.setSubmittedAt(Instant.ofEpochMilli(submittedAt));

    List<Outcome> outcomes = run(Models.write(folder, graph), List.of(reference));

    assertAnswer(outcomes.get(0).event(), 3);
    assertThat(outcomes.get(0).event().getSubmittedAt()).isEqualTo(reference.getSubmittedAt());
  }

  @Test
  void aUriIsFetchedAndKeptWithoutItsUserInformation() throws Exception {
    Path image = Files.write(folder.resolve("i.png"), solid(3));
    ImageReference reference = new ImageReference();
    reference.setId("a");
    reference.setUri(image.toUri().toString());
    List<Outcome> outcomes = run(Models.write(folder, graph), List.of(reference));
    assertThat(outcomes.get(0).event().getUri()).isEqualTo(image.toUri().toString());
    assertAnswer(outcomes.get(0).event(), 3);
  }

  /** Row by row, what is left of an image that failed must never be run for another one. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aRejectedImageNeverGivesItsNeighboursAnother(int position) throws Exception {
    byte[] jpeg = TestImages.noise(".jpg", 100, 100, 1);
    List<byte[]> broken =
        List.of(
            new byte[] {1, 2, 3},
            Arrays.copyOf(jpeg, jpeg.length / 2),
            Arrays.copyOf(TestImages.noise(".png", 50, 50, 1), 200),
            TestImages.solid(".png", 1001, 1000, 255, 255, 255));
    List<ImageReference> references = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      references.add(reference("r" + i, i % 4 == position ? broken.get(i / 4 % 4) : solid(i)));
    }
    List<Outcome> outcomes = run(Models.write(folder, graph), references);
    assertThat(outcomes).hasSize(80);
    assertThat(outcomes.stream().map(ClassifyFunctionTest::id).distinct()).hasSize(80);
    for (Outcome outcome : outcomes) {
      int i = Integer.parseInt(id(outcome).substring(1));
      if (i % 4 == position) {
        assertThat(outcome.rejection().getStage()).isEqualTo("decode");
      } else {
        assertAnswer(outcome.event(), i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,0", "2,0", "3,0", "0,4", "3,4"})
  void whereABatchFailsForOneImagesSakeThatImageAloneIsRejected(int position, int fixedBatch)
      throws Exception {
    maxDelay = LONG; // four images are one batch
    List<Outcome> outcomes =
        run(Models.write(folder, graph.batch(fixedBatch).failAbove(0.95f)), four(position));
    assertThat(outcomes).hasSize(4);
    for (Outcome outcome : outcomes) {
      if (id(outcome).equals("r" + position)) {
        assertThat(outcome.rejection().getReason()).isEqualTo("inference-failed");
        assertThat(outcome.rejection().getStage()).isEqualTo("inference");
      } else {
        assertAnswer(outcome.event(), Integer.parseInt(id(outcome).substring(1)));
      }
    }
  }

  @Test
  void whereEveryImageOfABatchFailsAllAreRejectedAndTheJobGoesOn() throws Exception {
    List<ImageReference> references = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      references.add(reference("bright" + i, TestImages.solid(".png", 9, 9, BRIGHT, 0, i)));
    }
    try (var harness = open(Models.write(folder, graph.failAbove(0.95f)))) {
      for (ImageReference reference : references) {
        harness.processElement(reference, 0);
      }
      harness.endInput();
      assertThat(harness.extractOutputValues())
          .hasSize(4)
          .allSatisfy(o -> assertThat(o.rejection().getReason()).isEqualTo("inference-failed"));
      harness.processElement(reference("r5", solid(5)), 0);
      harness.endInput();
      assertAnswer(harness.extractOutputValues().get(4).event(), 5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void scoresThatAreNotFiniteRejectTheirImageAlone(int position) throws Exception {
    List<Outcome> outcomes = run(Models.write(folder, graph.nanAbove(0.95f)), four(position));
    assertThat(outcomes).hasSize(4);
    for (Outcome outcome : outcomes) {
      if (id(outcome).equals("r" + position)) {
        assertThat(outcome.rejection().getReason()).isEqualTo("non-finite-scores");
      } else {
        assertAnswer(outcome.event(), Integer.parseInt(id(outcome).substring(1)));
      }
    }
  }

  @Test
  void whatIsBrokenBesideTheImagesFailsTheTaskAndNeverHangs() throws Exception {
    try (var harness = open(withAnotherCrop())) {
      assertThatThrownBy(
              () -> {
                harness.processElement(reference("a", solid(1)), 0);
                harness.endInput();
              })
          .hasRootCauseInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> harness.processElement(reference("b", solid(1)), 0))
          .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void whatIsBrokenFailsTheTaskAlsoWhereItsQueueIsFull() throws Exception {
    capacity = 2;
    try (var harness = open(withAnotherCrop())) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  harness.processElement(reference("a" + i, solid(1)), 0);
                }
              })
          .hasRootCauseInstanceOf(IllegalArgumentException.class)
          .satisfies(
              e -> assertThat(stackTrace(e)).as("nothing of a record").doesNotContain("secret"));
    }
  }

  @Test
  void aReferenceThatTimesOutIsRejectedOnceAndItsLateResultIgnored() throws Exception {
    maxDelay = Duration.ofSeconds(20);
    try (var harness = open(Models.write(folder, graph))) {
      harness.processElement(reference("r0", solid(0)), 0);
      // Its row must be in the open batch before it times out, or there is no late result.
      await()
          .during(Duration.ofMillis(300))
          .until(() -> workerThreads().allMatch(ClassifyFunctionTest::isIdle));
      harness.setProcessingTime(TIMEOUT.toMillis() - 1);
      harness.processElement(reference("r1", solid(1)), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.setProcessingTime(TIMEOUT.toMillis());
      harness.processElement(reference("r2", solid(2)), 0);
      harness.processElement(reference("r3", solid(3)), 0);
      harness.endInput();
      List<Outcome> outcomes = harness.extractOutputValues();
      assertThat(outcomes).hasSize(4);
      for (Outcome outcome : outcomes) {
        if (id(outcome).equals("r0")) {
          assertThat(outcome.rejection().getReason()).isEqualTo("classify-timeout");
          assertThat(outcome.rejection().getDetail()).contains("300 s");
        } else {
          assertAnswer(outcome.event(), Integer.parseInt(id(outcome).substring(1)));
        }
      }
    }
  }

  private static boolean isIdle(Thread worker) {
    return worker.getState() == Thread.State.WAITING
        || worker.getState() == Thread.State.TIMED_WAITING;
  }

  @Test
  void theTaskIsWokenOnceForABatch() throws Exception {
    maxDelay = LONG;
    try (var harness = open(Models.write(folder, graph))) {
      for (ImageReference reference : four(3)) {
        harness.processElement(reference, 0);
      }
      await()
          .during(Duration.ofMillis(300))
          .until(() -> workerThreads().allMatch(ClassifyFunctionTest::isIdle));
      assertThat(harness.getTaskMailbox().size()).isEqualTo(1);
      harness.endInput();
      assertThat(harness.extractOutputValues()).hasSize(4);
    }
  }

  @Test
  void orderedOutputIsInTheOrderOfTheReferences() throws Exception {
    ordered = true;
    List<ImageReference> references = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      byte[] image = i % 5 == 0 ? TestImages.noise(".png", 300, 300, i) : solid(i);
      references.add(reference("r" + i, i % 7 == 0 ? new byte[] {0} : image));
    }
    List<Outcome> outcomes = run(Models.write(folder, graph), references);
    assertThat(outcomes.stream().map(ClassifyFunctionTest::id))
        .containsExactlyElementsOf(references.stream().map(ImageReference::getId).toList());
  }

  @Test
  void aTaskThatIsCancelledWithImagesInFlightEndsItsWorkers() throws Exception {
    ModelDescriptor model = Models.write(folder, graph);
    for (int round = 0; round < 10; round++) {
      maxDelay = round % 2 == 0 ? LONG : Duration.ZERO;
      try (var harness = open(model)) {
        assertThat(workers()).hasSize(2);
        for (int i = 0; i < 50; i++) {
          harness.processElement(reference("r" + i, TestImages.noise(".png", 90, 90, i)), 0);
        }
      }
      assertThat(workers()).isEmpty();
    }
  }

  @Test
  void aModelFolderThatChangedFailsTheOpenAndNamesBothFingerprints() throws Exception {
    ModelDescriptor submitted = Models.write(folder, graph);
    ModelDescriptor changed = Models.write(folder, OnnxGraphs.classifier(CLASSES + 1, SIDE, SIDE));
    assertThat(changed.fingerprint()).isNotEqualTo(submitted.fingerprint());
    try (var harness = harness(submitted)) {
      assertThatThrownBy(harness::open)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(submitted.fingerprint())
          .hasMessageContaining(changed.fingerprint());
    }
  }

  @Test
  void anOpenThatFailsHalfWayIsClosed() throws Exception {
    ModelDescriptor model = Models.write(folder, graph);
    ModelDescriptor wrong = Models.with(model, List.of("one", "two"));
    for (int i = 0; i < 5; i++) {
      try (var harness = harness(wrong)) {
        assertThatThrownBy(harness::open).isInstanceOf(OrtException.class);
      }
    }
    assertAnswer(run(model, List.of(reference("r1", solid(1)))).get(0).event(), 1);
  }

  /** Its rows are smaller than those of its graph. */
  private ModelDescriptor withAnotherCrop() throws IOException {
    ModelDescriptor model = Models.write(folder, graph);
    Preprocessing right = model.preprocessing();
    return Models.with(
        model,
        new Preprocessing(
            Resize.toShortSide(SIDE, Interpolation.LINEAR),
            Crop.of(SIDE / 2, SIDE),
            Channels.RGB,
            right.scale(),
            right.mean(),
            right.std()));
  }

  private List<Outcome> run(ModelDescriptor model, List<ImageReference> references)
      throws Exception {
    try (var harness = open(model)) {
      for (ImageReference reference : references) {
        harness.processElement(reference, 0);
      }
      harness.endInput();
      return harness.extractOutputValues();
    }
  }

  private OneInputStreamOperatorTestHarness<ImageReference, Outcome> open(ModelDescriptor model)
      throws Exception {
    var harness = harness(model);
    harness.open();
    return harness;
  }

  private OneInputStreamOperatorTestHarness<ImageReference, Outcome> harness(ModelDescriptor model)
      throws Exception {
    return new TestOperator(model)
        .batch(4, maxDelay)
        .workers(2)
        .capacity(capacity)
        .ordered(ordered)
        .timeout(TIMEOUT)
        .harness();
  }

  private static ImageReference reference(String id, byte[] content) {
    ImageReference reference = new ImageReference();
    reference.setId(id);
    reference.setContent(ByteBuffer.wrap(content));
    reference.setAttributes(Map.of("token", "secret"));
    return reference;
  }

  /** Four images, r0 to r3, the one at the position so bright that a planted graph minds it. */
  private static List<ImageReference> four(int bright) {
    List<ImageReference> references = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      references.add(
          reference(
              "r" + i,
              i == bright ? TestImages.solid(".png", 9, 9, BRIGHT, BRIGHT, BRIGHT) : solid(i)));
    }
    return references;
  }

  /** An image whose colour tells its number, 0 to 99. */
  private static byte[] solid(int number) {
    return TestImages.solid(".png", 12, 10, red(number), green(number), 60);
  }

  private static int red(int number) {
    return 20 * (number % 10);
  }

  private static int green(int number) {
    return 20 * (number / 10);
  }

  private void assertAnswer(ClassificationEvent event, int number) {
    assertThat(event).as("the event of image %d", number).isNotNull();
    TopK expected =
        TopK.of(graph.scores(red(number) / 255.0, green(number) / 255.0, 60 / 255.0), 3, 0);
    assertThat(event.getClassIds()).as("image %d", number).isEqualTo(expected.classIds());
    for (int i = 0; i < 3; i++) {
      assertThat(event.getScores().get(i)).isCloseTo(expected.scores().get(i), within(1e-4f));
    }
  }

  private static String id(Outcome outcome) {
    Rejection rejection = outcome.rejection();
    return rejection != null ? rejection.getReferenceId() : outcome.event().getReferenceId();
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static List<String> workers() {
    return workerThreads().map(Thread::getName).toList();
  }

  private static Stream<Thread> workerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("sightline-classify"));
  }
}
