// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.classify.Classifier.Scores;
import io.sightline.config.BatchSettings;
import io.sightline.config.ClassifySettings;
import io.sightline.config.DecodeSettings;
import io.sightline.config.FetchSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.ImageDecoder;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.OnnxGraphs.Ending;
import io.sightline.testing.Settings;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.AsyncDataStream.OutputMode;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of graph from a model's folder to the scores of an image, without a job. */
class GraphVariantsTest {

  private static final int CLASSES = 6;
  private static final int HEIGHT = 8;
  private static final int WIDTH = 10;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    // input, channels last, channels, batch, free sides, scores, pooled, ending
    "FLOAT32, false, rgb, 0, false, FLOAT32, false, SOFTMAX",
    "FLOAT32, false, bgr, 0, true, FLOAT32, true, LOGITS",
    "FLOAT32, false, gray, 1, false, FLOAT32, false, SIGMOID",
    "FLOAT32, true, rgb, 4, true, FLOAT16, true, LOG_SOFTMAX",
    "FLOAT32, true, bgr, 0, false, FLOAT32, false, COMPOSED_SOFTMAX",
    "FLOAT32, true, gray, 0, true, FLOAT32, false, LOGITS",
    "FLOAT16, false, rgb, 4, false, FLOAT16, false, LOGITS",
    "FLOAT16, false, bgr, 1, true, FLOAT32, false, SOFTMAX",
    "FLOAT16, true, rgb, 0, false, FLOAT16, true, SIGMOID",
    "FLOAT16, true, gray, 0, false, FLOAT16, false, LOGITS",
    "UINT8, false, rgb, 0, false, FLOAT32, false, LOGITS",
    "UINT8, false, gray, 4, true, FLOAT32, true, SOFTMAX",
    "UINT8, true, rgb, 1, true, FLOAT16, false, LOGITS",
    "UINT8, true, bgr, 0, false, FLOAT32, false, SIGMOID"
  })
  void anImageGetsTheScoresThatItsColourHas(
      ElementType type,
      boolean channelsLast,
      String channels,
      int batch,
      boolean freeSides,
      ElementType scoresType,
      boolean pooled,
      Ending ending)
      throws Exception {
    OnnxGraphs graph =
        OnnxGraphs.classifier(CLASSES, HEIGHT, WIDTH)
            .input(type)
            .output(scoresType)
            .batch(batch)
            .ending(ending);
    graph = channelsLast ? graph.channelsLast() : graph;
    graph = channels.equals("gray") ? graph.grey() : graph;
    graph = freeSides ? graph.freeSides() : graph;
    graph = pooled ? graph.pooledOutput() : graph;
    boolean pixels = type == ElementType.UINT8;
    // Few grey levels where they are not scaled down, or softmax says 1 of one class.
    int[] dark = pixels ? new int[] {2, 0, 1} : new int[] {200, 100, 50};
    int[] bright = pixels ? new int[] {1, 3, 0} : new int[] {30, 160, 250};

    ModelDescriptor model = read(graph, channels, pixels ? "1" : "1/255", "auto");

    try (ImageDecoder decoder =
            new ImageDecoder(
                model.preprocessing(), model.input().format(), DecodeSettings.upTo(1 << 20));
        Classifier classifier = Classifier.open(model, folder, Models.CPU, Set.of(), 0)) {
      int rowBytes = model.input().rowBytes();
      assertThat(decoder.rowBytes()).isEqualTo(rowBytes);
      classifier.warmUp(4);
      Scores scores = classifier.newScores(4);
      ByteBuffer rows = ByteBuffer.allocateDirect(4 * rowBytes).order(ByteOrder.nativeOrder());
      int size = batch == 1 ? 1 : 2;
      write(decoder, dark, rows.slice(0, rowBytes));
      write(decoder, bright, rows.slice(rowBytes, rowBytes));
      classifier.run(rows, size, scores);
      float tolerance =
          type == ElementType.FLOAT16 || scoresType == ElementType.FLOAT16 ? 0.01f : 1e-4f;
      int[][] colours = {dark, bright};
      for (int i = 0; i < size; i++) {
        assertThat(scores.of(i))
            .as("scores of image %d", i)
            .containsExactly(
                graph.scores(means(colours[i], channels, pixels ? 1 : 255)), within(tolerance));
      }
    }
  }

  @Test
  @Timeout(60)
  void theEventOfAMultiLabelModelCarriesEveryClassAboveTheMinimum() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, HEIGHT, WIDTH).logits();
    ModelDescriptor model = read(graph, "rgb", "1/255", "sigmoid");
    float[] expected = graph.sigmoids(means(new int[] {200, 100, 50}, "rgb", 255));
    List<Integer> above =
        IntStream.range(0, CLASSES)
            .filter(k -> expected[k] >= 0.5f)
            .boxed()
            .sorted((a, b) -> Float.compare(expected[b], expected[a]))
            .toList();
    assertThat(above).hasSizeBetween(2, CLASSES - 1);

    ClassificationEvent event = classify(model, 0.5f, new int[] {200, 100, 50});

    assertThat(event.getClassIds()).isEqualTo(above);
    for (int i = 0; i < above.size(); i++) {
      assertThat(event.getScores().get(i)).isCloseTo(expected[above.get(i)], within(1e-4f));
    }
  }

  @Test
  void aGreyGraphAndAnRgbPreprocessingAreRefused() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, HEIGHT, WIDTH).grey();
    assertThat(problems(graph, "rgb", "1/255"))
        .containsExactly(
            "model.dir (%s): graph.onnx input 'x' takes 1 channel, sightline.yml preprocess makes 3 channels (rgb)"
                .formatted(folder));
  }

  @Test
  void aNormalisationForAUint8GraphIsRefused() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, HEIGHT, WIDTH).input(ElementType.UINT8);
    assertThat(problems(graph, "rgb", "0.5"))
        .containsExactly(
            "model.dir (%s): graph.onnx input 'x' is uint8 and takes the pixels themselves, 0..255, which sightline.yml preprocess would normalise (scale 0.5, mean [0.0, 0.0, 0.0], std [1.0, 1.0, 1.0]): leave the normalisation out, or export the graph with a float32 input"
                .formatted(folder));
  }

  private List<String> problems(OnnxGraphs graph, String channels, String scale) throws Exception {
    Problems problems = new Problems();
    assertThat(read(graph, channels, scale, "auto", problems)).isNull();
    return problems.messages();
  }

  private ModelDescriptor read(OnnxGraphs graph, String channels, String scale, String activation)
      throws Exception {
    Problems problems = new Problems();
    ModelDescriptor model = read(graph, channels, scale, activation, problems);
    assertThat(problems.messages()).isEmpty();
    return Objects.requireNonNull(model);
  }

  private @Nullable ModelDescriptor read(
      OnnxGraphs graph, String channels, String scale, String activation, Problems problems)
      throws Exception {
    Files.write(folder.resolve("graph.onnx"), graph.build().toByteArray());
    int count = channels.equals("gray") ? 1 : 3;
    Files.writeString(
        folder.resolve("sightline.yml"),
        """
        model:
          activation: %s
        preprocess:
          resize:
            size: [%d, %d]
            interpolation: linear
            backend: cv2
          channels: %s
          scale: %s
          mean: %s
          std: %s
        labels: [%s]
        """
            .formatted(
                activation,
                WIDTH,
                HEIGHT,
                channels,
                scale,
                Collections.nCopies(count, 0.0),
                Collections.nCopies(count, 1.0),
                graph.labels().stream().collect(Collectors.joining(", "))));
    return ModelFolder.read(folder, ModelSettings.of(folder.toString()), problems);
  }

  private static void write(ImageDecoder decoder, int[] colour, ByteBuffer row) throws Exception {
    byte[] image = TestImages.solid(".png", 12, 9, colour[0], colour[1], colour[2]);
    decoder.decode(image, 0, image.length);
    decoder.writeTo(row.order(ByteOrder.nativeOrder()));
  }

  /** What a graph of these channels sees of an image of one colour. */
  private static double[] means(int[] rgb, String channels, double scale) {
    return switch (channels) {
      case "rgb" -> new double[] {rgb[0] / scale, rgb[1] / scale, rgb[2] / scale};
      case "bgr" -> new double[] {rgb[2] / scale, rgb[1] / scale, rgb[0] / scale};
      default -> new double[] {Math.rint(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / scale};
    };
  }

  private static ClassificationEvent classify(ModelDescriptor model, float minScore, int[] colour)
      throws Exception {
    Duration second = Duration.ofSeconds(1);
    ClassifyFunction function =
        new ClassifyFunction(
            model,
            new FetchSettings(
                Set.of("file"), 1 << 20, second, second, Settings.REJECT_AT_ONCE, 1, 1 << 24),
            DecodeSettings.upTo(1 << 20),
            new BatchSettings(1, Duration.ZERO),
            new ClassifySettings(
                1,
                CLASSES,
                minScore,
                false,
                4,
                second.multipliedBy(60),
                0,
                ClassifySettings.Exchange.NEVER),
            Models.CPU);
    ImageReference reference = new ImageReference();
    reference.setId("a");
    reference.setContent(
        ByteBuffer.wrap(TestImages.solid(".png", 12, 9, colour[0], colour[1], colour[2])));
    reference.setAttributes(Map.of());
    try (var harness =
        new OneInputStreamOperatorTestHarness<ImageReference, Outcome>(
            new AsyncWaitOperatorFactory<>(function, 60_000, 4, OutputMode.UNORDERED),
            TypeInformation.of(ImageReference.class)
                .createSerializer(
                    new SerializerConfigImpl(new ExecutionConfig().toConfiguration())))) {
      harness.open();
      harness.processElement(reference, 0);
      harness.endInput();
      return Objects.requireNonNull(harness.extractOutputValues().get(0).event());
    }
  }
}
