// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.DecodeSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.ImageDecoder;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The demo's own model and images, as {@code train-demo} wrote them. */
class DemoModelTest {

  private static final Path FOLDER = RepositoryFolder.find().resolve("deploy/demo/fashion-mnist");
  private static final Path MODEL = FOLDER.resolve("model");
  private static final Path IMAGES = FOLDER.resolve("images");

  private record Sample(Path image, int classId) {}

  @Test
  void theModelFolderHasNoProblem() {
    assertThat(model().name()).isEqualTo("FashionCNN");
    assertThat(model().input().fixedBatch()).isZero();
    assertThat(MODEL.resolve("inference.onnx").toFile().length()).isLessThanOrEqualTo(1 << 20);
  }

  @Test
  void theLabelsOfImagesAndModelAreTheSame() throws IOException {
    List<String> labels = model().labels();
    assertThat(Files.readAllLines(IMAGES.resolve("label.txt")))
        .isEqualTo(
            IntStream.range(0, labels.size()).mapToObj(id -> id + " " + labels.get(id)).toList());
  }

  @Test
  void thereAreAtLeastThirtyImagesOfEachClass() throws IOException {
    Map<Integer, Long> counts =
        samples().stream().collect(Collectors.groupingBy(Sample::classId, Collectors.counting()));
    assertThat(counts.keySet())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, model().classes()).boxed().toList());
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isGreaterThanOrEqualTo(30));
    assertThat(samples()).extracting(Sample::image).doesNotHaveDuplicates();
  }

  @Test
  void nineOfTenImagesAreClassifiedRightly() throws Exception {
    ModelDescriptor model = model();
    List<Sample> samples = samples();
    int right = 0;
    try (ImageDecoder decoder =
            new ImageDecoder(
                model.preprocessing(), model.input().format(), DecodeSettings.upTo(1 << 20));
        Classifier classifier = Classifier.open(model, MODEL, Models.CPU, Set.of(), 0)) {
      ByteBuffer row = ByteBuffer.allocateDirect(decoder.rowBytes()).order(ByteOrder.nativeOrder());
      Classifier.Scores scores = classifier.newScores(1);
      for (Sample sample : samples) {
        byte[] bytes = Files.readAllBytes(sample.image());
        decoder.decode(bytes, 0, bytes.length);
        decoder.writeTo(row);
        classifier.run(row, 1, scores);
        if (TopK.of(scores.of(0), 1, 0).classIds().get(0) == sample.classId()) {
          right++;
        }
      }
    }
    assertThat((double) right / samples.size()).isGreaterThanOrEqualTo(0.9);
  }

  private static ModelDescriptor model() {
    Problems problems = new Problems();
    ModelDescriptor model = ModelFolder.read(MODEL, ModelSettings.of(MODEL.toString()), problems);
    assertThat(problems.messages()).isEmpty();
    return Objects.requireNonNull(model);
  }

  private static List<Sample> samples() throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (String line : Files.readAllLines(IMAGES.resolve("val.txt"))) {
      int space = line.lastIndexOf(' ');
      samples.add(
          new Sample(
              IMAGES.resolve(line.substring(0, space)),
              Integer.parseInt(line.substring(space + 1))));
    }
    return samples;
  }
}
