// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sightline.decode.RowFormat.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Nodes, attributes and tensors of ONNX graphs for tests. */
public final class OnnxProtos {

  private OnnxProtos() {}

  /** A node with one output, after which it is named. */
  public static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  /** The node with one more attribute, an integer. */
  public static NodeProto with(NodeProto node, String attribute, long value) {
    return node.toBuilder()
        .addAttribute(
            AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value))
        .build();
  }

  /** The node with one more attribute, a list of integers. */
  public static NodeProto with(NodeProto node, String attribute, List<Long> values) {
    return node.toBuilder()
        .addAttribute(
            AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(values))
        .build();
  }

  static NodeProto cast(String output, String input, int type) {
    return with(node("Cast", output, input), "to", type);
  }

  static TensorProto tensor(String name, ByteString data, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(data);
    for (long side : shape) {
      tensor.addDims(side);
    }
    return tensor.build();
  }

  static TensorProto longs(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return tensor.build();
  }

  static ByteString floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  /** An input or output; a dimension of 0 is free. */
  static ValueInfoProto value(String name, ElementType type, int... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (int side : shape) {
      TensorShapeProto.Dimension.Builder dimension = dimensions.addDimBuilder();
      if (side == 0) {
        dimension.setDimParam(dimensions.getDimCount() == 1 ? "N" : "side");
      } else {
        dimension.setDimValue(side);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(
                            switch (type) {
                              case FLOAT32 -> TensorProto.DataType.FLOAT_VALUE;
                              case FLOAT16 -> TensorProto.DataType.FLOAT16_VALUE;
                              case UINT8 -> TensorProto.DataType.UINT8_VALUE;
                            })
                        .setShape(dimensions)))
        .build();
  }
}
