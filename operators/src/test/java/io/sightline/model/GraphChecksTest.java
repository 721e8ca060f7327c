// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedOutputStream;
import io.sightline.testing.OnnxGraphs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphChecksTest {

  private static final OnnxGraphs GRAPH = OnnxGraphs.classifier(4, 8, 8);

  @TempDir Path folder;

  @Test
  void freeSidesAndAnOutputWithoutShapeAreAccepted() throws IOException {
    graph(
        graph -> {
          graph.setInput(0, OnnxGraphs.value("x", 0, 3, 0, 0));
          graph.getOutputBuilder(0).getTypeBuilder().getTensorTypeBuilder().clearShape();
        });
    assertThat(ModelFolderTest.problems(folder)).isEmpty();
  }

  @Test
  void aNegativeDimensionIsFree() throws IOException {
    graph(graph -> graph.setInput(0, OnnxGraphs.value("x", -1, 3, 8, 8)));
    assertThat(ModelFolderTest.problems(folder)).isEmpty();
  }

  @Test
  void anInputOfAnotherRankOrOtherChannelsIsAProblem() throws IOException {
    graph(graph -> graph.setInput(0, OnnxGraphs.value("x", 0, 3, 64)));
    assertSingle(
        "inference.onnx input 'x' must have the shape [N, C, H, W] or [N, H, W, C] (has [N, 3, 64])");
    graph(graph -> graph.setInput(0, OnnxGraphs.value("x", 0, 4, 8, 8)));
    assertSingle(
        "inference.onnx input 'x' must have 1 or 3 channels, [N, C, H, W] or [N, H, W, C] (has [N, 4, 8, 8])");
    graph(graph -> graph.setInput(0, OnnxGraphs.value("x", 0, 1, 8, 8)));
    assertSingle(
        "inference.onnx input 'x' takes 1 channel, inference.yml PreProcess.transform_ops makes 3 channels (rgb)");
    graph(graph -> graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().clearShape());
    assertSingle("has no shape");
  }

  @Test
  void aDimensionOfZeroOrBeyondAnIntIsAProblem() throws IOException {
    for (long side : new long[] {0, 1L << 40}) {
      graph(
          graph ->
              graph
                  .getInputBuilder(0)
                  .getTypeBuilder()
                  .getTensorTypeBuilder()
                  .getShapeBuilder()
                  .getDimBuilder(2)
                  .setDimValue(side));
      assertSingle("has an impossible dimension");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorProto.DataType.class,
      names = {"INT8", "INT32", "INT64", "DOUBLE", "BFLOAT16"})
  void anotherTypeOfInputIsRefusedWithTheWayOut(TensorProto.DataType type) throws IOException {
    graph(graph -> type(graph.getInputBuilder(0), type.getNumber()));
    assertSingle(
        "inference.onnx input 'x' must be float32, float16 or uint8 (is %s): export the graph with a float32 input, a quantised one with its quantisation inside"
            .formatted(type));
  }

  @Test
  void anotherTypeOfOutputIsAProblem() throws IOException {
    graph(graph -> type(graph.getOutputBuilder(0), TensorProto.DataType.INT64_VALUE));
    assertSingle(
        "inference.onnx output 'scores' must be float32 or float16, a score a class (is INT64)");
    graph(graph -> type(graph.getOutputBuilder(0), 999));
    assertSingle("(is type 999)");
    graph(graph -> graph.getInputBuilder(0).getTypeBuilder().clearTensorType());
    assertSingle("inference.onnx input 'x' must be a tensor");
    graph(graph -> graph.getOutputBuilder(0).getTypeBuilder().clearTensorType());
    assertSingle("inference.onnx output 'scores' must be a tensor");
  }

  @Test
  void severalInputsAreNamed() throws IOException {
    graph(graph -> graph.addInput(OnnxGraphs.value("mask", 0, 1)));
    assertSingle("inference.onnx must have one input, an image (has 2: 'x', 'mask')");
  }

  @Test
  void aGraphWithoutInputsAndOutputsSaysSo() throws IOException {
    graph(graph -> graph.clearInput().clearOutput());
    assertThat(ModelFolderTest.problems(folder))
        .hasSize(2)
        .allMatch(text -> text.contains("(has 0)"));
  }

  @Test
  void anInitializerThatIsAlsoListedAsInputIsNoInput() throws IOException {
    graph(graph -> graph.addInput(0, OnnxGraphs.value("weights", 3, 4)));
    assertThat(ModelFolderTest.problems(folder)).isEmpty();
  }

  @Test
  void anOutputOfAnotherShapeIsAProblem() throws IOException {
    graph(graph -> graph.setOutput(0, OnnxGraphs.value("scores", 0, 4, 7, 7)));
    assertSingle("must have the shape [N, C] or [N, C, 1, 1] (has [N, 4, 7, 7])");
    graph(graph -> graph.setOutput(0, OnnxGraphs.value("scores", 4)));
    assertSingle("(has [4])");
  }

  @Test
  void batchSizesOfInputAndOutputMustAgree() throws IOException {
    graph(
        graph ->
            graph
                .setInput(0, OnnxGraphs.value("x", 2, 3, 8, 8))
                .setOutput(0, OnnxGraphs.value("scores", 1, 4)));
    assertSingle("input 'x' has the batch size 2, output 'scores' has 1");
  }

  @Test
  void aFileThatIsNoOnnxModelIsAProblem() throws IOException {
    GRAPH.writeFolder(folder);
    Path file = folder.resolve("inference.onnx");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, new byte[0]);
    assertSingle("inference.onnx is empty");
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1");
    assertSingle("inference.onnx is not a");
    Files.write(file, new byte[] {(byte) 0x9c, 0x7f, 0x00, 0x11});
    assertSingle("inference.onnx is not a");
    for (int length = 1; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(ModelFolderTest.problems(folder)).as("cut at %d", length).isNotEmpty();
    }
  }

  @Test
  void weightsAreNotReadIntoMemory() throws IOException {
    Path file = folder.resolve("big.onnx");
    // Twice the heap that the build gives to tests.
    int weights = Integer.MAX_VALUE - (1 << 20);
    ModelProto model = GRAPH.build();
    try (OutputStream stream = Files.newOutputStream(file)) {
      CodedOutputStream out = CodedOutputStream.newInstance(stream);
      model.toBuilder().clearGraph().build().writeTo(out);
      int tensor = CodedOutputStream.computeTagSize(9) + 5 + weights;
      int initializer = CodedOutputStream.computeTagSize(5) + 5 + tensor;
      out.writeTag(ModelProto.GRAPH_FIELD_NUMBER, 2);
      out.writeUInt32NoTag(initializer + model.getGraph().getSerializedSize());
      model.getGraph().writeTo(out);
      out.writeTag(GraphProto.INITIALIZER_FIELD_NUMBER, 2);
      out.writeUInt32NoTag(tensor);
      out.writeTag(TensorProto.RAW_DATA_FIELD_NUMBER, 2);
      out.writeUInt32NoTag(weights);
      out.flush();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.allocate(1), channel.size() + weights - 1);
    }
    assertThat(GraphHeader.read(file).inputs())
        .extracting(ValueInfoProto::getName)
        .containsExactly("x");
  }

  @Test
  void externalDataInFoldersIsFound() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8).externalData("data/weights.bin", 16);
    graph.writeFolder(folder);
    assertThat(ModelFolderTest.problems(folder)).isEmpty();
    Files.delete(folder.resolve("data/weights.bin"));
    assertSingle(
        "inference.onnx tensor 'weights' names the external data file 'data/weights.bin', which does not"
            + " exist");
  }

  @Test
  void externalDataMustBeLongEnough() throws IOException {
    OnnxGraphs.classifier(4, 8, 8).externalData("weights.bin", 16).writeFolder(folder);
    Path file = folder.resolve("weights.bin");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 63));
    assertSingle("tensor 'weights' needs 64 bytes of 'weights.bin', which has 63");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside.bin",
        "/etc/hostname",
        "a/../../outside.bin",
        "./weights.bin",
        "..\\outside.bin",
        "*/_ORT_MEM_ADDR_/*",
        "\u0000",
        "link.bin"
      })
  void externalDataOutsideTheFolderIsRefused(String location) throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.write(folder.resolve("outside.bin"), new byte[4096]);
    Files.createSymbolicLink(model.resolve("link.bin"), folder.resolve("outside.bin"));
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8).externalData("weights.bin", 0);
    ModelProto.Builder proto = graph.build().toBuilder();
    external(proto.getGraphBuilder(), location, "0", "48");
    graph.writeFolder(model, proto.build(), graph.inferenceYaml());
    assertThat(ModelFolderTest.problems(model))
        .singleElement()
        .asString()
        .contains("tensor 'weights' names the external data file");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 48, external offset",
    "99999999999999999999, 48, external offset",
    "0, 47, 'has the external length 47, its shape and type make 48'",
    "0, x, external length"
  })
  void impossibleOffsetsAndLengthsAreProblems(String offset, String length, String problem)
      throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8).externalData("weights.bin", 0);
    ModelProto.Builder proto = graph.build().toBuilder();
    external(proto.getGraphBuilder(), "weights.bin", offset, length);
    graph.writeFolder(folder, proto.build(), graph.inferenceYaml());
    assertSingle(problem);
  }

  @Test
  void externalDataOfAConstantInASubgraphIsFound() throws IOException {
    TensorProto constant =
        TensorProto.newBuilder()
            .setName("hidden")
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(OnnxGraphs.entry("location", "/etc/hostname"))
            .build();
    NodeProto.Builder inner =
        NodeProto.newBuilder()
            .setOpType("Constant")
            .addAttribute(AttributeProto.newBuilder().setName("value").setT(constant));
    NodeProto.Builder outer =
        NodeProto.newBuilder()
            .setOpType("If")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("then_branch")
                    .setG(GraphProto.newBuilder().addNode(inner)));
    graph(graph -> graph.addNode(outer));
    assertSingle(
        "tensor 'hidden' names the external data file '/etc/hostname', which must be a plain");
  }

  private static void external(
      GraphProto.Builder graph, String location, String offset, String length) {
    graph
        .getInitializerBuilder(0)
        .clearExternalData()
        .addExternalData(OnnxGraphs.entry("location", location))
        .addExternalData(OnnxGraphs.entry("offset", offset))
        .addExternalData(OnnxGraphs.entry("length", length));
  }

  private static void type(ValueInfoProto.Builder value, int type) {
    value.getTypeBuilder().getTensorTypeBuilder().setElemType(type);
  }

  private void graph(Consumer<GraphProto.Builder> change) throws IOException {
    ModelProto.Builder model = GRAPH.build().toBuilder();
    change.accept(model.getGraphBuilder());
    GRAPH.writeFolder(folder, model.build(), GRAPH.inferenceYaml());
  }

  private void assertSingle(String text) {
    assertThat(ModelFolderTest.problems(folder)).singleElement().asString().contains(text);
  }
}
