// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.classify.Classifier;
import io.sightline.config.ConfigurationException;
import io.sightline.config.DecodeSettings;
import io.sightline.config.DeviceSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.dataset.LabelledImage;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.model.ScoreOutput;
import io.sightline.model.ScoreOutput.Activation;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Diagnoses of a tiny graph that sees nothing but the mean colour of an image. */
class DiagnosticsTest {

  private static final int CLASSES = 6;
  private static final int IMAGES = 200;
  private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);
  private static final OnnxGraphs GRAPH = OnnxGraphs.classifier(CLASSES, 4, 4);

  @TempDir private static Path folder;
  private static ModelDescriptor model;
  private static List<LabelledImage> images;

  @BeforeAll
  static void write() throws IOException, ConfigurationException {
    GRAPH.writeFolder(folder);
    model = read();
    images = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < IMAGES; i++) {
      int red = random.nextInt(256);
      int green = random.nextInt(256);
      int blue = random.nextInt(256);
      Path file = folder.resolve(i + ".png");
      Files.write(file, TestImages.solid(".png", 8, 6, red, green, blue));
      float[] scores = GRAPH.scores(red / 255.0, green / 255.0, blue / 255.0);
      int best =
          IntStream.range(0, CLASSES)
              .boxed()
              .max(Comparator.comparingDouble(k -> scores[k]))
              .orElseThrow();
      images.add(new LabelledImage(i + ".png", file, best));
    }
  }

  @Test
  void nothingIsFoundWhereNothingIsWrong() throws Exception {
    Diagnosis diagnosis = diagnose(model, images);
    assertThat(diagnosis.top1()).isEqualTo(IMAGES);
    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.notes()).isEmpty();
    assertThat(diagnosis.tried()).isNotEmpty();
  }

  @Test
  void theWrongOrderOfChannelsIsFound() throws Exception {
    Diagnosis diagnosis =
        diagnose(
            changed(
                p ->
                    new Preprocessing(
                        p.resize(), p.crop(), Channels.BGR, p.scale(), p.mean(), p.std())),
            images);
    Finding first = diagnosis.findings().get(0);
    assertThat(first.causes()).containsExactly(Cause.CHANNEL_ORDER);
    assertThat(first.title()).isEqualTo("channels RGB (are BGR)");
    assertThat(first.remedies()).containsExactly("inference.yml: DecodeImage: {to_rgb: true}");
    Comparison comparison = Objects.requireNonNull(first.comparison());
    assertThat(comparison.top1()).isEqualTo(IMAGES);
    assertThat(comparison.gained()).isEqualTo(IMAGES - diagnosis.top1());
    assertThat(comparison.lost()).isZero();
  }

  @Test
  void aMeanThatIsSubtractedByMistakeIsFound() throws Exception {
    Finding first =
        diagnose(
                changed(
                    p ->
                        new Preprocessing(
                            p.resize(), p.crop(), p.channels(), p.scale(), HALVES, HALVES)),
                images)
            .findings()
            .get(0);
    assertThat(first.causes()).containsExactly(Cause.NORMALIZATION);
    assertThat(first.remedies())
        .containsExactly(
            "inference.yml: NormalizeImage.mean: [0.0, 0.0, 0.0]",
            "inference.yml: NormalizeImage.std: [1.0, 1.0, 1.0]");
  }

  @Test
  void twoMistakesAreFoundAsAPair() throws Exception {
    Finding first =
        diagnose(
                changed(
                    p ->
                        new Preprocessing(
                            p.resize(),
                            p.crop(),
                            Channels.BGR,
                            p.scale(),
                            List.of(0.9, 0.9, 0.1),
                            List.of(0.2, 0.2, 1.0))),
                images)
            .findings()
            .get(0);
    assertThat(first.causes()).containsExactlyInAnyOrder(Cause.CHANNEL_ORDER, Cause.NORMALIZATION);
    assertThat(Objects.requireNonNull(first.comparison()).top1()).isEqualTo(IMAGES);
  }

  @Test
  void classesThatAreCountedFromOneAreFound() throws Exception {
    Finding first =
        diagnose(model, relabelled(label -> Math.min(label + 1, CLASSES - 1))).findings().get(0);
    assertThat(first.causes()).containsExactly(Cause.LABEL_ORDER);
    assertThat(first.title()).contains("shifted by one").contains("class k + 1");
  }

  @Test
  void aShuffledOrderOfClassesIsFound() throws Exception {
    List<Integer> seen = images.stream().map(LabelledImage::classId).distinct().sorted().toList();
    List<Integer> order = new ArrayList<>(seen);
    Collections.rotate(order, 2);
    Finding first =
        diagnose(model, relabelled(label -> order.get(seen.indexOf(label)))).findings().get(0);
    assertThat(first.causes()).containsExactly(Cause.LABEL_ORDER);
    assertThat(first.title()).contains("in another order");
    assertThat(first.remedies().get(0)).contains("output %d (class-".formatted(seen.get(0)));
  }

  @Test
  void softmaxThatIsAppliedTwiceIsFound() throws Exception {
    Finding first =
        diagnose(
                new ModelDescriptor(
                    model.settings(),
                    model.dir(),
                    model.graphFile(),
                    model.name(),
                    model.version(),
                    model.fingerprint(),
                    model.preprocessing(),
                    model.input(),
                    new ScoreOutput(
                        model.output().name(), model.output().type(), Activation.SOFTMAX),
                    model.labels(),
                    model.tags(),
                    model.warnings()),
                images)
            .findings()
            .get(0);
    assertThat(first.causes()).containsExactly(Cause.SOFTMAX);
    assertThat(first.title()).contains("twice");
    assertThat(first.remedies().get(0)).contains("model.apply-softmax: false");
  }

  @Test
  void namesInTheWrongOrderAreFoundThoughIdsAgree(@TempDir Path dataset) throws Exception {
    List<String> lines = new ArrayList<>();
    for (int id = 0; id < CLASSES; id++) {
      lines.add(id + " class-" + (id + 1) % CLASSES);
    }
    Files.write(dataset.resolve("label.txt"), lines);
    Diagnosis diagnosis = diagnose(model, dataset, images);
    Finding first = diagnosis.findings().get(0);
    assertThat(first.causes()).containsExactly(Cause.LABEL_NAMES);
    assertThat(first.title()).contains("shifted by one");
    assertThat(first.remedies().get(0)).contains("label_list");
  }

  @Test
  void imagesThatCantBeClassifiedAreLeftOutAndNamed() throws Exception {
    List<LabelledImage> more = new ArrayList<>(images);
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
    more.add(new LabelledImage("broken.png", broken, 0));
    Diagnosis diagnosis = diagnose(model, more);
    assertThat(diagnosis.images()).isEqualTo(IMAGES);
    assertThat(diagnosis.rejected()).isEqualTo(1);
    assertThat(diagnosis.notes()).singleElement().asString().contains("broken.png");
    assertThatThrownBy(() -> diagnose(model, more.subList(IMAGES, IMAGES + 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broken.png");
  }

  private static Diagnosis diagnose(ModelDescriptor model, List<LabelledImage> images)
      throws Exception {
    return diagnose(model, folder, images);
  }

  private static Diagnosis diagnose(ModelDescriptor model, Path dataset, List<LabelledImage> images)
      throws Exception {
    DeviceSettings cpu =
        new DeviceSettings(DeviceSettings.Provider.CPU, -1, DeviceSettings.OnUnavailable.FAIL, 1);
    try (Classifier classifier = Classifier.open(model, folder, cpu, Set.of(), 0)) {
      return Diagnostics.run(
          model,
          folder,
          classifier,
          dataset,
          images,
          new DiagnoseSettings(DecodeSettings.upTo(10_000), 500, 1, 2),
          (step, done, of) -> assertThat(done).isBetween(0, of));
    }
  }

  private static List<LabelledImage> relabelled(IntUnaryOperator relabelling) {
    return images.stream()
        .map(
            image ->
                new LabelledImage(
                    image.name(),
                    image.file(),
                    relabelling.applyAsInt(Objects.requireNonNull(image.classId()))))
        .toList();
  }

  private static ModelDescriptor changed(UnaryOperator<Preprocessing> change) {
    return new ModelDescriptor(
        model.settings(),
        model.dir(),
        model.graphFile(),
        model.name(),
        model.version(),
        model.fingerprint(),
        change.apply(model.preprocessing()),
        model.input(),
        model.output(),
        model.labels(),
        model.tags(),
        model.warnings());
  }

  private static ModelDescriptor read() throws ConfigurationException {
    Problems problems = new Problems();
    ModelDescriptor read = ModelFolder.read(folder, ModelSettings.of(folder.toString()), problems);
    problems.throwIfAny();
    return Objects.requireNonNull(read);
  }
}
