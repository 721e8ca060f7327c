// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.sightline.config.ConfigurationException;
import io.sightline.reference.Reason;
import io.sightline.reference.Stage;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.TestImages;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;

/** The Java API on small graphs whose answers are known. */
@Timeout(60)
class ImageClassifierTest {

  private static final int SIDE = 8;
  private static final int CLASSES = 6;
  private static final OnnxGraphs GRAPH = OnnxGraphs.classifier(CLASSES, SIDE, SIDE);
  private static final byte[] RED = TestImages.solid(".png", 20, 10, 200, 30, 40);
  private static final byte[] NO_IMAGE = "no image".getBytes(UTF_8);

  @TempDir Path folder;
  private @Nullable ImageClassifier open;

  @AfterEach
  void close() {
    if (open != null) {
      open.close();
    }
  }

  @Test
  void anImageIsTheSameFromAFileFromItsBytesFromAMatAndFromPixels() throws Exception {
    ImageClassifier classifier = load(GRAPH);
    Path file = Files.write(folder.resolve("red.png"), RED);
    Mat mat = TestImages.decode(RED);
    byte[] pixels = new byte[3 * 20 * 10];
    mat.get(0, 0, pixels);
    Prediction fromFile = classifier.predict(file);
    assertThat(fromFile.inputPath()).isEqualTo(file.toString());
    assertThat(fromFile.pageIndex()).isNull();
    assertThat(fromFile.rejection()).isEmpty();
    assertBest(fromFile, 200, 30, 40);
    for (Prediction other :
        List.of(
            classifier.predict(RED),
            classifier.predict(mat),
            classifier.predict(new BgrImage(pixels, 20, 10)),
            classifier.predict(Input.ofBgr(pixels, 20, 10)))) {
      assertThat(other.inputPath()).isNull();
      assertThat(other.classIds()).isEqualTo(fromFile.classIds());
      assertThat(other.scores()).isEqualTo(fromFile.scores());
      assertThat(other.labelNames()).isEqualTo(fromFile.labelNames());
    }
  }

  @Test
  void aPartOfAMatIsTakenAsItIsAndTheMatStaysItsOwners() throws Exception {
    ImageClassifier classifier = load(GRAPH);
    Mat whole = new Mat(30, 30, CvType.CV_8UC3, new Scalar(0, 0, 0));
    Mat part = whole.submat(5, 25, 5, 25);
    part.setTo(new Scalar(40, 30, 200));
    assertBest(classifier.predict(part), 200, 30, 40);
    assertThat(part.empty()).isFalse();
    assertThat(whole.get(0, 0)).containsExactly(0, 0, 0);
    assertThat(whole.get(5, 5)).containsExactly(40, 30, 200);
  }

  @Test
  void pixelsOfAnotherFormAreRefusedWithWhatTheyAre() {
    assertThatThrownBy(() -> Input.of(new Mat(4, 5, CvType.CV_8UC1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a Mat must hold rows of 8 bits each of blue, green and red, CV_8UC3"
                + " (got CV_8UC1 of 4 x 5)");
    assertThatThrownBy(() -> Input.of(new Mat(4, 5, CvType.CV_8UC4)))
        .hasMessageEndingWith("(got CV_8UC4 of 4 x 5)");
    assertThatThrownBy(() -> Input.of(new Mat(4, 5, CvType.CV_16UC3)))
        .hasMessageEndingWith("(got CV_16UC3 of 4 x 5)");
    assertThatThrownBy(() -> Input.of(new Mat(4, 5, CvType.CV_32FC3)))
        .hasMessageEndingWith("(got CV_32FC3 of 4 x 5)");
    assertThatThrownBy(() -> Input.of(new Mat(new int[] {2, 4, 5}, CvType.CV_8UC3)))
        .hasMessageEndingWith("(got CV_8UC3 of 2 x 4 x 5)");
    assertThatThrownBy(() -> Input.of(new Mat()))
        .hasMessageEndingWith("(got CV_8UC1 of no pixels)");
    assertThatThrownBy(() -> Input.ofBgr(new byte[59], 5, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an image of 5 x 4 pixels has 60 bytes of blue, green and red (got 59)");
    assertThatThrownBy(() -> Input.ofBgr(new byte[0], 0, 4))
        .hasMessage("width and height must be at least 1 (got 0 and 4)");
    assertThatThrownBy(() -> Input.ofBgr(new byte[3], 65536, 65536)) // 3 * 2^32 bytes
        .hasMessageContaining("12884901888 bytes");
  }

  @Test
  void aMatThatWasReleasedBeforeItsTurnIsRejected() throws Exception {
    ImageClassifier classifier = load(GRAPH);
    Mat mat = TestImages.decode(RED);
    Input input = Input.of(mat);
    mat.release();
    try (Stream<Prediction> predictions = classifier.predictAll(Input.of(RED), input)) {
      List<Prediction> all = predictions.toList();
      assertThat(all.get(0).rejection()).isEmpty();
      assertThat(all.get(1).rejection())
          .hasValueSatisfying(
              why -> {
                assertThat(why.reason()).isEqualTo(Reason.UNSUPPORTED_FORMAT);
                assertThat(why.detail()).endsWith("(got CV_8UC3 of no pixels)");
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,0", "3,2,0", "4,3,0", "32,2,0", "1,2,4"})
  void badImagesAreRejectedInTheirPlacesAndTheOthersAreRight(
      int batchSize, int workers, int fixedBatch) throws Exception {
    ImageClassifier classifier =
        load(
            OnnxGraphs.classifier(CLASSES, SIDE, SIDE).batch(fixedBatch).failAbove(0.9f),
            PredictSettings.defaults().withBatchSize(batchSize).withWorkers(workers));
    Path missing = folder.resolve("missing.png");
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      inputs.add(Input.of(TestImages.solid(".png", 9, 9, 20 * i, 10, 200 - 20 * i)));
      inputs.add(Input.of(NO_IMAGE));
      inputs.add(Input.of(TestImages.solid(".png", 9, 9, 250, 0, 0))); // it fails the batch
      inputs.add(Input.of(missing));
    }
    try (Stream<Prediction> predictions = classifier.predictAll(inputs)) {
      List<Prediction> all = predictions.toList();
      assertThat(all).hasSize(40);
      for (int i = 0; i < 10; i++) {
        assertBest(all.get(4 * i), 20 * i, 10, 200 - 20 * i);
        assertRejected(all.get(4 * i + 1), Reason.UNSUPPORTED_FORMAT);
        assertRejected(all.get(4 * i + 2), Reason.INFERENCE_FAILED);
        assertRejected(all.get(4 * i + 3), Reason.NOT_FOUND);
      }
    }
  }

  @Test
  void scoresThatAreNotNumbersAreARejection() throws Exception {
    ImageClassifier classifier = load(OnnxGraphs.classifier(CLASSES, SIDE, SIDE).nanAbove(0.9f));
    byte[] bright = TestImages.solid(".png", 9, 9, 250, 0, 0);
    assertThatThrownBy(() -> classifier.predict(bright))
        .isInstanceOfSatisfying(
            ImageRejectedException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.NON_FINITE_SCORES);
              assertThat(e.stage()).isEqualTo(Stage.INFERENCE);
            });
  }

  @Test
  void aBadImageAloneThrowsWhatIsWrongWithIt() throws Exception {
    ImageClassifier classifier = load(GRAPH);
    Path empty = Files.createFile(folder.resolve("empty.jpg"));
    assertThatThrownBy(() -> classifier.predict(empty))
        .isInstanceOf(ImageRejectedException.class)
        .hasMessage(empty + ": empty-content (fetch): the file is empty");
    assertThatThrownBy(() -> classifier.predict(NO_IMAGE))
        .isInstanceOfSatisfying(
            ImageRejectedException.class,
            e -> {
              assertThat(e.detail()).isNotEmpty();
              assertThat(e).hasMessage("unsupported-format (decode): " + e.detail());
            });
    assertBest(classifier.predict(RED), 200, 30, 40);
  }

  @Test
  void filesOfAnySizeAreReadWholeUpToTheirBound() throws Exception {
    PredictSettings settings =
        PredictSettings.of(Configuration.fromMap(Map.of("fetch.max-bytes", "300000b")));
    ImageClassifier classifier = load(GRAPH, settings);
    for (int side : new int[] {300, 20, 250}) { // the first has more than the buffer
      byte[] encoded = TestImages.noise(".png", side, side, side);
      Path file = Files.write(folder.resolve(side + ".png"), encoded);
      assertThat(classifier.predict(file).scores()).isEqualTo(classifier.predict(encoded).scores());
    }
    Path large = Files.write(folder.resolve("large.png"), new byte[300_001]);
    assertThatThrownBy(() -> classifier.predict(large))
        .hasMessage(large + ": too-large (fetch): 300001 bytes exceed fetch.max-bytes (300000)");
  }

  @Test
  void asManyClassesAreKeptAsAreAskedForAndGoodEnough() throws Exception {
    ImageClassifier classifier = load(GRAPH, PredictSettings.defaults().withTopK(2));
    assertThat(classifier.predict(RED).classIds()).hasSize(2);
    classifier.close();
    classifier = load(GRAPH, PredictSettings.defaults().withTopK(100));
    Prediction all = classifier.predict(RED);
    assertThat(all.classIds()).hasSize(CLASSES);
    assertThat(all.labelNames().get(0)).isEqualTo("class-" + all.classIds().get(0));
  }

  @Test
  void oneImageAfterTheOtherUsesTheSameMemory() throws Exception {
    ImageClassifier classifier = load(GRAPH, PredictSettings.defaults().withBatchSize(64));
    classifier.predict(RED);
    long before = directBuffers();
    for (int i = 0; i < 100; i++) {
      classifier.predict(RED);
    }
    assertThat(directBuffers()).isEqualTo(before);
  }

  @Test
  void manyThreadsUseOneClassifier() throws Exception {
    ImageClassifier classifier =
        load(GRAPH, PredictSettings.defaults().withBatchSize(3).withWorkers(2));
    List<Callable<Void>> users = new ArrayList<>();
    for (int user = 0; user < 6; user++) {
      boolean streams = user % 2 == 0;
      int blue = 40 * user;
      users.add(
          () -> {
            List<Input> inputs = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
              inputs.add(Input.of(TestImages.solid(".png", 9, 9, 4 * i, 100, blue)));
            }
            try (Stream<Prediction> predictions =
                streams
                    ? classifier.predictAll(inputs)
                    : inputs.stream().map(classifier::predict)) {
              Iterator<Prediction> each = predictions.iterator();
              for (int i = 0; i < 50; i++) {
                assertBest(each.next(), 4 * i, 100, blue);
              }
              assertThat(each.hasNext()).isFalse();
            }
            return null;
          });
    }
    ExecutorService executor = Executors.newFixedThreadPool(users.size());
    try {
      for (Future<Void> user : executor.invokeAll(users)) {
        user.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void aStreamIsLazyAndMayBeLeftHalfWay() throws Exception {
    ImageClassifier classifier = load(GRAPH, PredictSettings.defaults().withWorkers(2));
    Iterable<Input> endless = () -> Stream.generate(() -> Input.of(RED)).iterator();
    // Not closed on purpose.
    assertThat(classifier.predictAll(endless).limit(5).toList()).hasSize(5);
    await().until(() -> threads().isEmpty());
    try (Stream<Prediction> predictions = classifier.predictAll(endless)) {
      assertThat(threads()).isEmpty();
      assertThat(predictions.iterator().next().rejection()).isEmpty();
    }
    try (Stream<Prediction> predictions = classifier.predictAll(List.of())) {
      assertThat(predictions).isEmpty();
    }
  }

  @Test
  void aStreamThatKeepsWhatItUnpackedIsAFewImagesAhead() throws Exception {
    PredictSettings settings = PredictSettings.defaults().withWorkers(2).withKeepUnpacked(true);
    ImageClassifier classifier = load(GRAPH, settings);
    AtomicInteger taken = new AtomicInteger();
    Iterable<Input> endless =
        () ->
            Stream.generate(
                    () -> {
                      taken.incrementAndGet();
                      return Input.of(RED);
                    })
                .iterator();
    try (Stream<Prediction> predictions = classifier.predictAll(endless)) {
      assertThat(predictions.iterator().next().rejection()).isEmpty();
      await().until(() -> threads().isEmpty());
      assertThat(taken.get()).isBetween(1, 1 + 4 * 2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closeEndsWhatIsBeingPredictedWhoeverUsesIt(boolean stream) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 5; round++) {
        ImageClassifier classifier = load(GRAPH, PredictSettings.defaults().withWorkers(2));
        CountDownLatch predicted = new CountDownLatch(30);
        List<Future<?>> users = new ArrayList<>();
        for (int user = 0; user < 3; user++) {
          users.add(
              executor.submit(
                  () -> {
                    if (stream) {
                      classifier
                          .predictAll(() -> Stream.generate(() -> Input.of(RED)).iterator())
                          .forEach(prediction -> predicted.countDown());
                    }
                    while (true) {
                      classifier.predict(RED);
                      predicted.countDown();
                    }
                  }));
        }
        predicted.await();
        classifier.close();
        for (Future<?> user : users) {
          assertThatThrownBy(user::get)
              .isInstanceOf(ExecutionException.class)
              .hasRootCauseInstanceOf(IllegalStateException.class)
              .hasRootCauseMessage("the classifier is closed");
        }
      }
    } finally {
      executor.shutdownNow();
    }
    await().until(() -> threads().isEmpty());
  }

  @Test
  void afterItsCloseNothingIsPredicted() throws Exception {
    ImageClassifier classifier = load(GRAPH);
    Stream<Prediction> notPulled = classifier.predictAll(Input.of(RED));
    classifier.close();
    classifier.close();
    assertThatThrownBy(() -> classifier.predict(RED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the classifier is closed");
    assertThatThrownBy(() -> classifier.predictAll(Input.of(RED)))
        .hasMessage("the classifier is closed");
    assertThatThrownBy(notPulled::toList)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the predictions can't go on: the classifier is closed");
  }

  @Test
  void everythingThatIsWrongWithAFolderIsSaidAtOnce() throws Exception {
    assertThatThrownBy(() -> Sightline.load(folder.resolve("nowhere")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("nowhere");
    GRAPH.writeFolder(folder);
    Path yaml = folder.resolve("inference.yml");
    Files.writeString(
        yaml,
        Files.readString(yaml).replace("  - class-5\n", "").replace("ToCHWImage", "ToHWCImage"));
    assertThatThrownBy(() -> Sightline.load(folder))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .hasSizeGreaterThan(1)
                    .allSatisfy(problem -> assertThat(problem).contains(folder.toString())));
  }

  @Test
  void aGraphThatDoesNotOpenIsSaidWithItsFolder() throws Exception {
    GRAPH.writeFolder(folder);
    assertThatThrownBy(() -> Sightline.load(folder, PredictSettings.defaults().withDevice("gpu:0")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("model.dir (" + folder + "): it can't be run on gpu:0: ");
  }

  private ImageClassifier load(OnnxGraphs graph) throws Exception {
    return load(graph, PredictSettings.defaults());
  }

  private ImageClassifier load(OnnxGraphs graph, PredictSettings settings) throws Exception {
    graph.writeFolder(folder);
    open = Sightline.load(folder, settings);
    return open;
  }

  private static void assertBest(Prediction prediction, int r, int g, int b) {
    assertThat(prediction.rejection()).isEmpty();
    float[] expected = GRAPH.scores(r / 255.0, g / 255.0, b / 255.0);
    assertThat(prediction.classIds()).isNotEmpty().doesNotHaveDuplicates();
    for (int i = 0; i < prediction.classIds().size(); i++) {
      int id = prediction.classIds().get(i);
      assertThat(prediction.scores().get(i)).isCloseTo(expected[id], within(1e-4f));
      assertThat(prediction.labelNames().get(i)).isEqualTo("class-" + id);
    }
    assertThat(prediction.scores()).isSortedAccordingTo((x, y) -> Float.compare(y, x));
    float best = prediction.scores().get(0);
    for (float score : expected) {
      assertThat(score).isLessThanOrEqualTo(best + 1e-4f);
    }
  }

  private static void assertRejected(Prediction prediction, Reason reason) {
    assertThat(prediction.rejection())
        .hasValueSatisfying(why -> assertThat(why.reason()).isEqualTo(reason));
    assertThat(prediction.classIds()).isEmpty();
  }

  private static long directBuffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("sightline-predict-"))
        .toList();
  }
}
