// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Copies of a model's folder in PaddleX's form with one mistake each, in its {@code inference.yml}
 * or in its graph.
 */
final class SabotagedFolders {

  static final String GRAPH = "inference.onnx";

  private static final String YAML = "inference.yml";
  private static final String LABEL_LIST = "    label_list:\n";

  private final Path model;
  private final Path target;

  SabotagedFolders(Path model, Path target) {
    this.model = model;
    this.target = target;
  }

  /** The folder with a change of its {@code inference.yml}; its graph is the same file. */
  Path yaml(String name, UnaryOperator<String> change) throws IOException {
    Path folder = Files.createDirectories(target.resolve(name));
    Files.createSymbolicLink(folder.resolve(GRAPH), model.resolve(GRAPH).toRealPath());
    String yaml = Files.readString(model.resolve(YAML));
    String changed = change.apply(yaml);
    if (changed.equals(yaml)) {
      throw new IllegalArgumentException(name + " changes nothing");
    }
    Files.writeString(folder.resolve(YAML), changed);
    return folder;
  }

  /** The folder with another order of its labels. */
  Path labels(String name, UnaryOperator<List<String>> change) throws IOException {
    return yaml(
        name,
        yaml -> {
          int start = yaml.indexOf(LABEL_LIST) + LABEL_LIST.length();
          List<String> labels = yaml.substring(start).lines().toList();
          return yaml.substring(0, start)
              + String.join("\n", change.apply(new ArrayList<>(labels)))
              + "\n";
        });
  }

  /** The folder with a changed graph. */
  Path graph(String name, UnaryOperator<GraphProto.Builder> change) throws IOException {
    Path folder = Files.createDirectories(target.resolve(name));
    Files.copy(model.resolve(YAML), folder.resolve(YAML));
    ModelProto.Builder graph =
        ModelProto.newBuilder().mergeFrom(Files.readAllBytes(model.resolve(GRAPH)));
    graph.setGraph(change.apply(graph.getGraphBuilder()));
    Files.write(folder.resolve(GRAPH), graph.build().toByteArray());
    return folder;
  }

  /** A graph that takes its channels in the reversed order. */
  static GraphProto.Builder reverseChannels(GraphProto.Builder graph) {
    String input = graph.getNode(0).getInput(0); // initializers may be listed among the inputs
    graph.getNodeBuilder(0).setInput(0, "reversed");
    return graph
        .addInitializer(indices("channels", new int[] {2, 1, 0}))
        .addNode(0, gather(input, "channels", "reversed"));
  }

  /** A graph whose outputs have moved up by one. */
  static GraphProto.Builder shiftOutputs(GraphProto.Builder graph, int classes) {
    String output = graph.getOutput(0).getName();
    graph.getNodeBuilder(graph.getNodeCount() - 1).setOutput(0, "unshifted");
    int[] order = IntStream.range(0, classes).map(k -> Math.floorMod(k - 1, classes)).toArray();
    return graph
        .addInitializer(indices("order", order))
        .addNode(gather("unshifted", "order", output));
  }

  /** A graph that ends before its softmax. */
  static GraphProto.Builder removeSoftmax(GraphProto.Builder graph) {
    int last = graph.getNodeCount() - 1;
    String output = graph.getOutput(0).getName();
    graph.removeNode(last).getNodeBuilder(last - 1).setOutput(0, output);
    return graph;
  }

  static List<String> rotated(List<String> labels) {
    Collections.rotate(labels, 1);
    return labels;
  }

  static List<String> sorted(List<String> labels) {
    Collections.sort(labels);
    return labels;
  }

  private static NodeProto gather(String data, String indices, String output) {
    return NodeProto.newBuilder()
        .setOpType("Gather")
        .addInput(data)
        .addInput(indices)
        .addOutput(output)
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("axis")
                .setType(AttributeProto.AttributeType.INT)
                .setI(1))
        .build();
  }

  private static TensorProto indices(String name, int[] values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(values.length);
    IntStream.of(values).forEach(tensor::addInt64Data);
    return tensor.build();
  }
}
