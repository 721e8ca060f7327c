// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.config.ModelSettings.ApplySoftmax;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.RowFormat;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.decode.RowFormat.Layout;
import io.sightline.model.ScoreOutput.Activation;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.OnnxGraphs.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphEndsTest {

  private static final double NORMALISED = 1 / 255.0;

  @TempDir Path folder;

  private final Problems problems = new Problems();

  @ParameterizedTest
  @CsvSource({"FLOAT32", "FLOAT16", "UINT8"})
  void everyTypeAndLayoutOfInputIsRead(ElementType type) throws IOException {
    double scale = type == ElementType.UINT8 ? 1 : NORMALISED;
    assertThat(ends(graph().input(type), preprocessing(Channels.RGB, scale)).input())
        .isEqualTo(new ImageInput("x", new RowFormat(Layout.NCHW, type), 3, 8, 6, 0));
    assertThat(ends(graph().input(type).channelsLast(), preprocessing(Channels.BGR, scale)).input())
        .isEqualTo(new ImageInput("x", new RowFormat(Layout.NHWC, type), 3, 8, 6, 0));
    assertThat(ends(graph().input(type).grey(), preprocessing(Channels.GRAY, scale)).input())
        .isEqualTo(new ImageInput("x", new RowFormat(Layout.NCHW, type), 1, 8, 6, 0));
    assertThat(
            ends(graph().input(type).grey().channelsLast(), preprocessing(Channels.GRAY, scale))
                .input())
        .isEqualTo(new ImageInput("x", new RowFormat(Layout.NHWC, type), 1, 8, 6, 0));
  }

  @Test
  void freeSidesAreThoseOfThePreprocessing() throws IOException {
    GraphEnds planar = ends(graph().freeSides(), preprocessing(Channels.RGB, NORMALISED));
    assertThat(planar.input()).isEqualTo(new ImageInput("x", RowFormat.PLANAR_FLOAT32, 3, 8, 6, 0));
    GraphEnds interleaved =
        ends(graph().freeSides().channelsLast(), preprocessing(Channels.RGB, NORMALISED));
    assertThat(interleaved.input().shape(2)).containsExactly(2, 8, 6, 3);
    assertThat(planar.warnings()).isEmpty();
    assertThat(interleaved.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // the shape, its reading, and whether it could be read otherwise
    "0 3 8 6, NCHW, false",
    "0 0 8 6, NCHW, false",
    "0 3 0 0, NCHW, false",
    "0 8 6 3, NHWC, false",
    "0 8 6 0, NHWC, false",
    "0 0 0 3, NHWC, false",
    "0 0 0 0, NCHW, true",
    "0 0 8 0, NCHW, true"
  })
  void theLayoutIsReadFromTheShape(String shape, Layout layout, boolean assumed)
      throws IOException {
    GraphEnds ends = ends(input(shape));
    assertThat(ends.input().format().layout()).isEqualTo(layout);
    if (assumed) {
      assertThat(ends.warnings())
          .singleElement()
          .asString()
          .startsWith("model.onnx input 'x' has the shape [N, ")
          .endsWith("does not say where the channels are: it is taken as [N, C, H, W]");
    } else {
      assertThat(ends.warnings()).isEmpty();
    }
  }

  @Test
  void imagesOfThreePixelsCouldBeEitherLayout() throws IOException {
    Preprocessing tiny =
        new Preprocessing(
            null, Crop.of(3, 3), Channels.RGB, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    GraphEnds ends = ends(input("0 3 3 3"), expecting(tiny, 4));
    assertThat(ends.input().format().layout()).isEqualTo(Layout.NCHW);
    assertThat(ends.warnings())
        .containsExactly(
            "model.onnx input 'x' has the shape [N, 3, 3, 3], which does not say where the channels are: it is taken as [N, C, H, W]");
  }

  @ParameterizedTest
  @CsvSource({"1, NCHW", "3, NHWC"})
  void aDimensionThatIsNamedAfterTheChannelsIsBelieved(int index, Layout layout)
      throws IOException {
    ModelProto.Builder model = input("0 0 0 0").toBuilder();
    model
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .setDim(index, Dimension.newBuilder().setDimParam("num_channels"));
    GraphEnds ends = ends(model.build());
    assertThat(ends.input().format().layout()).isEqualTo(layout);
    assertThat(ends.warnings()).isEmpty();
  }

  @Test
  void channelsMustBeThoseOfThePreprocessing() throws IOException {
    assertProblem(
        graph().grey().build(),
        expecting(preprocessing(Channels.BGR, NORMALISED), 4),
        "model.onnx input 'x' takes 1 channel, preprocessor.json makes 3 channels (bgr)");
    assertProblem(
        graph().build(),
        expecting(preprocessing(Channels.GRAY, NORMALISED), 4),
        "model.onnx input 'x' takes 3 channels, preprocessor.json makes 1 channel (gray)");
  }

  @Test
  void aUint8GraphTakesNoNormalisedValues() throws IOException {
    assertProblem(
        graph().input(ElementType.UINT8).build(),
        expecting(preprocessing(Channels.RGB, 0.5), 4),
        "model.onnx input 'x' is uint8 and takes the pixels themselves, 0..255, which preprocessor.json would normalise (scale 0.5, mean [0.0, 0.0, 0.0], std [1.0, 1.0, 1.0]): leave the normalisation out, or export the graph with a float32 input");
  }

  @Test
  void aFixedBatchOfOneIsRunWithAWarning() throws IOException {
    GraphEnds one = ends(graph().batch(1), preprocessing(Channels.RGB, NORMALISED));
    assertThat(one.input().fixedBatch()).isEqualTo(1);
    assertThat(one.warnings())
        .containsExactly(
            "model.onnx fixes the batch at 1, so every image is run by itself: that costs little on a CPU, and most of the speed of a GPU; export the graph with a free batch dimension");
    GraphEnds four = ends(graph().batch(4), preprocessing(Channels.RGB, NORMALISED));
    assertThat(four.input().fixedBatch()).isEqualTo(4);
    assertThat(four.warnings()).isEmpty();
  }

  @Test
  void theOutputWithAsManyClassesAsLabelsHoldsTheScores() throws IOException {
    ModelProto model = graph().featuresOutput().output(ElementType.FLOAT16).build();
    GraphEnds ends = ends(model);
    assertThat(ends.output())
        .isEqualTo(new ScoreOutput("scores", ElementType.FLOAT16, Activation.NONE));
  }

  @Test
  void theOnlyOutputThatCanHoldScoresDoes() throws IOException {
    ModelProto.Builder model = graph().build().toBuilder();
    model
        .getGraphBuilder()
        .addOutput(0, OnnxGraphs.value("maps", 0, 4, 7, 7))
        .addOutput(1, OnnxGraphs.value("tokens", 0, 4, 4))
        .addOutput(2, ValueInfoProto.newBuilder().setName("sequence"));
    assertThat(ends(model.build()).output().name()).isEqualTo("scores");
  }

  @Test
  void severalOutputsThatFitAreNamedWithTheWayOut() throws IOException {
    ModelProto.Builder model = graph().build().toBuilder();
    model.getGraphBuilder().addOutput(OnnxGraphs.value("auxiliary", 0, 4, 1, 1));
    assertProblem(
        model.build(),
        expecting(4),
        "model.onnx has 2 outputs that could hold the scores of 4 labels: 'scores' FLOAT [N, 4], 'auxiliary' FLOAT [N, 4, 1, 1]; name the right one in model.output");
    assertProblem(
        graph().featuresOutput().build(),
        expecting(7),
        "model.onnx has 2 outputs that could hold the scores of 7 labels: 'features' FLOAT [N, 3], 'scores' FLOAT [N, 4]; name the right one in model.output");
  }

  @Test
  void theOutputThatIsNamedIsTaken() throws IOException {
    ModelProto.Builder model = graph().featuresOutput().build().toBuilder();
    model.getGraphBuilder().addOutput(OnnxGraphs.value("product", 0, 4));
    GraphEnds ends = ends(model.build(), expecting(ApplySoftmax.AUTO, false, "product"));
    assertThat(ends.output())
        .isEqualTo(new ScoreOutput("product", ElementType.FLOAT32, Activation.SOFTMAX));
    assertProblem(
        model.build(),
        expecting(ApplySoftmax.AUTO, false, "features"),
        "config.json has 4 labels, model.onnx output 'features' has 3 classes");
    assertProblem(
        model.build(),
        expecting(ApplySoftmax.AUTO, false, "logits"),
        "model.onnx has no output 'logits', which model.output names (has 'features', 'scores', 'product')");
  }

  @Test
  void withoutAnOutputForScoresAllAreListed() throws IOException {
    ModelProto.Builder model = graph().build().toBuilder();
    model
        .getGraphBuilder()
        .setOutput(0, OnnxGraphs.value("maps", 0, 4, 7, 7))
        .addOutput(OnnxGraphs.value("tokens", 0, 197, 768));
    assertProblem(
        model.build(),
        expecting(4),
        "model.onnx must have an output for the scores, float32 or float16 of the shape [N, C] or [N, C, 1, 1] (has 2: 'maps' FLOAT [N, 4, 7, 7], 'tokens' FLOAT [N, 197, 768])");
  }

  @ParameterizedTest
  @CsvSource({
    "LOGITS, AUTO, false, SOFTMAX",
    "LOGITS, AUTO, true, SIGMOID",
    "LOG_SOFTMAX, AUTO, false, SOFTMAX",
    "SOFTMAX, AUTO, false, NONE",
    "SOFTMAX, AUTO, true, NONE",
    "COMPOSED_SOFTMAX, AUTO, false, NONE",
    "SIGMOID, AUTO, false, NONE",
    "SIGMOID, AUTO, true, NONE",
    "LOGITS, TRUE, true, SOFTMAX",
    "SOFTMAX, FALSE, false, NONE"
  })
  void theActivationFollowsFromTheGraphAndTheUsersWord(
      Ending ending, ApplySoftmax apply, boolean multiLabel, Activation activation)
      throws IOException {
    GraphEnds ends = ends(graph().ending(ending).build(), expecting(apply, multiLabel, null));
    assertThat(ends.output().activation()).isEqualTo(activation);
    assertThat(ends.warnings()).isEmpty();
  }

  @Test
  void theUsersWordAgainstTheGraphCountsWithAWarning() throws IOException {
    GraphEnds twice = ends(graph().build(), expecting(ApplySoftmax.TRUE, false, null));
    assertThat(twice.output().activation()).isEqualTo(Activation.SOFTMAX);
    assertThat(twice.warnings())
        .containsExactly(
            "softmax is applied as it was asked for, though model.onnx output 'scores' comes from Softmax already: softmax of scores makes them almost equal");
    GraphEnds never = ends(graph().logits().build(), expecting(ApplySoftmax.FALSE, false, null));
    assertThat(never.output().activation()).isEqualTo(Activation.NONE);
    assertThat(never.warnings())
        .containsExactly(
            "no softmax is applied as it was asked for, though model.onnx output 'scores' comes from MatMul, neither softmax nor sigmoid: scores are whatever numbers it gives");
  }

  @Test
  void withoutPreprocessingAndLabelsTheGraphsOwnProblemsAreFound() throws IOException {
    GraphExpectations nothing =
        new GraphExpectations(null, "", 0, "", false, ApplySoftmax.AUTO, null);
    assertThat(check(graph().featuresOutput().build(), nothing)).isNull();
    assertThat(problems.isEmpty()).isTrue();
    assertProblem(
        graph().build(),
        expecting(preprocessing(Channels.GRAY, 1), 5),
        "model.onnx input 'x' takes 3 channels, preprocessor.json makes 1 channel (gray)",
        "config.json has 5 labels, model.onnx output 'scores' has 4 classes");
  }

  private static OnnxGraphs graph() {
    return OnnxGraphs.classifier(4, 8, 6);
  }

  /** The graph with another shape of its input; 0 is free. */
  private static ModelProto input(String shape) {
    int[] sides = List.of(shape.split(" ")).stream().mapToInt(Integer::parseInt).toArray();
    ModelProto.Builder model = graph().build().toBuilder();
    model.getGraphBuilder().setInput(0, OnnxGraphs.value("x", sides));
    return model.build();
  }

  private static Preprocessing preprocessing(Channels channels, double scale) {
    return new Preprocessing(
        null,
        Crop.of(6, 8),
        channels,
        scale,
        Collections.nCopies(channels.count(), 0.0),
        Collections.nCopies(channels.count(), 1.0));
  }

  private static GraphExpectations expecting(int classes) {
    return expecting(preprocessing(Channels.RGB, NORMALISED), classes);
  }

  private static GraphExpectations expecting(Preprocessing preprocessing, int classes) {
    return new GraphExpectations(
        preprocessing, "preprocessor.json", classes, "config.json", false, ApplySoftmax.AUTO, null);
  }

  private static GraphExpectations expecting(
      ApplySoftmax apply, boolean multiLabel, @Nullable String output) {
    return new GraphExpectations(
        preprocessing(Channels.RGB, NORMALISED),
        "preprocessor.json",
        4,
        "config.json",
        multiLabel,
        apply,
        output);
  }

  private GraphEnds ends(OnnxGraphs graph, Preprocessing preprocessing) throws IOException {
    return ends(graph.build(), expecting(preprocessing, 4));
  }

  private GraphEnds ends(ModelProto model) throws IOException {
    return ends(model, expecting(4));
  }

  private GraphEnds ends(ModelProto model, GraphExpectations expected) throws IOException {
    GraphEnds ends = check(model, expected);
    assertThat(problems.messages()).isEmpty();
    return Objects.requireNonNull(ends);
  }

  private void assertProblem(ModelProto model, GraphExpectations expected, String... messages)
      throws IOException {
    Problems found = new Problems();
    assertThat(GraphChecks.check("model.onnx", header(model), expected, found)).isNull();
    assertThat(found.messages()).containsExactly(messages);
  }

  private @Nullable GraphEnds check(ModelProto model, GraphExpectations expected)
      throws IOException {
    return GraphChecks.check("model.onnx", header(model), expected, problems);
  }

  private GraphHeader header(ModelProto model) throws IOException {
    return GraphHeader.read(Files.write(folder.resolve("model.onnx"), model.toByteArray()));
  }
}
