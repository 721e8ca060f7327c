// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A plain chain of layers on its way to an ONNX file: each call appends one layer, {@link #build}
 * ends the chain with a softmax. Weights are float32; the batch dimension is free; input and output
 * have the names that Paddle2ONNX gives them.
 *
 * <p>It keeps the shape of what the chain has made so far, so that weights that don't fit are found
 * here and not when the file is loaded. Not thread-safe.
 */
final class OnnxClassifier {

  static final String INPUT = "x";
  static final String OUTPUT = "fetch_name_0";

  /** The release of ONNX that brought operator set 13 writes IR version 7. */
  private static final int IR_VERSION = 7;

  private static final int OPERATOR_SET = 13;
  private static final String PRODUCER = "sightline-train";
  private static final String PRODUCER_VERSION = "0.1.0";
  private static final String BATCH = "N";

  private final GraphProto.Builder graph;
  private final Map<String, Integer> names = new HashMap<>();
  private String last = INPUT;
  private int channels;
  private int height;
  private int width;

  OnnxClassifier(String name, int channels, int height, int width) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.graph =
        GraphProto.newBuilder().setName(name).addInput(value(INPUT, channels, height, width));
  }

  /**
   * A convolution that leaves height and width as they are.
   *
   * @param kernel side of the square kernel, odd
   * @param weights {@code [filters, channels, kernel, kernel]}
   * @param biases {@code [filters]}
   */
  OnnxClassifier convolution(int filters, int kernel, float[] weights, float[] biases) {
    String name = name("conv2d");
    int padding = kernel / 2;
    weights(name, weights, filters, channels, kernel, kernel);
    biases(name, biases, filters);
    append(
        node("Conv", name, last, name + ".w_0", name + ".b_0")
            .addAttribute(ints("dilations", 1, 1))
            .addAttribute(integer("group", 1))
            .addAttribute(ints("kernel_shape", kernel, kernel))
            .addAttribute(ints("pads", padding, padding, padding, padding))
            .addAttribute(ints("strides", 1, 1)));
    channels = filters;
    return this;
  }

  OnnxClassifier relu() {
    return append(node("Relu", name("relu"), last));
  }

  /** The maximum of squares that don't overlap; what is left at the right and lower edge goes. */
  OnnxClassifier maxPool(int side) {
    append(
        node("MaxPool", name("pool2d"), last)
            .addAttribute(ints("kernel_shape", side, side))
            .addAttribute(ints("pads", 0, 0, 0, 0))
            .addAttribute(ints("strides", side, side)));
    height /= side;
    width /= side;
    return this;
  }

  OnnxClassifier flatten() {
    append(node("Flatten", name("flatten"), last).addAttribute(integer("axis", 1)));
    channels = channels * height * width;
    height = 1;
    width = 1;
    return this;
  }

  /**
   * A fully connected layer, behind {@link #flatten}.
   *
   * @param weights {@code [units, inputs]}
   * @param biases {@code [units]}
   */
  OnnxClassifier linear(int units, float[] weights, float[] biases) {
    String name = name("linear");
    weights(name, weights, units, channels);
    biases(name, biases, units);
    append(
        node("Gemm", name, last, name + ".w_0", name + ".b_0").addAttribute(integer("transB", 1)));
    channels = units;
    return this;
  }

  /** The whole model: the chain so far, and a softmax over its classes. */
  ModelProto build() {
    NodeProto softmax =
        node("Softmax", name("softmax"), last)
            .addAttribute(integer("axis", 1))
            .setOutput(0, OUTPUT)
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName(PRODUCER)
        .setProducerVersion(PRODUCER_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
        .setGraph(graph.clone().addNode(softmax).addOutput(value(OUTPUT, channels)))
        .build();
  }

  private OnnxClassifier append(NodeProto.Builder node) {
    last = node.getOutput(0);
    graph.addNode(node);
    return this;
  }

  private String name(String type) {
    return type + "_" + (names.merge(type, 1, Integer::sum) - 1);
  }

  private static NodeProto.Builder node(String type, String name, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(name)
        .addAllInput(List.of(inputs))
        .addOutput(name + ".tmp_0");
  }

  private void weights(String layer, float[] values, int... shape) {
    tensor(layer + ".w_0", values, shape);
  }

  private void biases(String layer, float[] values, int... shape) {
    tensor(layer + ".b_0", values, shape);
  }

  private void tensor(String name, float[] values, int... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(littleEndian(values));
    long size = 1;
    for (int side : shape) {
      tensor.addDims(side);
      size *= side;
    }
    if (size != values.length) {
      throw new IllegalArgumentException(
          "%s needs %d values (got %d)".formatted(name, size, values.length));
    }
    graph.addInitializer(tensor);
  }

  private static ByteString littleEndian(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  private static ValueInfoProto value(String name, int... sides) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam(BATCH);
    for (int side : sides) {
      shape.addDimBuilder().setDimValue(side);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }
}
