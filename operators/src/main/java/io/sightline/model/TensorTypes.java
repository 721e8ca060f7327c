// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.decode.RowFormat.ElementType;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Element types and shapes of a graph's inputs and outputs, read and described. */
final class TensorTypes {

  private static final int MAX_NAMES = 8;

  private TensorTypes() {}

  /** Null where it is no tensor, or one whose values are neither images nor scores here. */
  static @Nullable ElementType elementType(ValueInfoProto value) {
    if (!value.getType().hasTensorType()) {
      return null;
    }
    return switch (value.getType().getTensorType().getElemType()) {
      case TensorProto.DataType.FLOAT_VALUE -> ElementType.FLOAT32;
      case TensorProto.DataType.FLOAT16_VALUE -> ElementType.FLOAT16;
      case TensorProto.DataType.UINT8_VALUE -> ElementType.UINT8;
      default -> null;
    };
  }

  /**
   * The sides of a tensor; one that the graph leaves free is 0.
   *
   * @return null where it has no shape, or an impossible one
   */
  static int @Nullable [] sides(ValueInfoProto value) {
    if (!value.getType().getTensorType().hasShape()) {
      return null;
    }
    List<Dimension> shape = value.getType().getTensorType().getShape().getDimList();
    int[] sides = new int[shape.size()];
    for (int i = 0; i < sides.length; i++) {
      Dimension dimension = shape.get(i);
      // Converters write a free dimension as a name, as nothing, or as -1.
      boolean free = !dimension.hasDimValue() || dimension.getDimValue() < 0;
      if (!free && (dimension.getDimValue() == 0 || dimension.getDimValue() > Integer.MAX_VALUE)) {
        return null;
      }
      sides[i] = free ? 0 : (int) dimension.getDimValue();
    }
    return sides;
  }

  /** The name that the graph gives to a free dimension, else "". */
  static String dimensionName(ValueInfoProto value, int index) {
    return value.getType().getTensorType().getShape().getDim(index).getDimParam();
  }

  /** {@code 'a', 'b', 'c'}, as many as a message bears. */
  static String names(List<ValueInfoProto> values) {
    return values.stream()
            .limit(MAX_NAMES)
            .map(value -> "'" + YamlValue.abbreviate(value.getName()) + "'")
            .collect(Collectors.joining(", "))
        + (values.size() > MAX_NAMES ? ", ..." : "");
  }

  /** The same with types and shapes: {@code 'a' FLOAT [N, 4], 'b' INT64 [N]}. */
  static String namesAndTypes(List<ValueInfoProto> values) {
    return values.stream()
            .limit(MAX_NAMES)
            .map(
                value ->
                    "'%s' %s %s"
                        .formatted(
                            YamlValue.abbreviate(value.getName()), typeName(value), shape(value)))
            .collect(Collectors.joining(", "))
        + (values.size() > MAX_NAMES ? ", ..." : "");
  }

  /** ONNX's name of the element type: {@code FLOAT}, {@code INT8}. */
  static String typeName(ValueInfoProto value) {
    if (!value.getType().hasTensorType()) {
      return "no tensor";
    }
    int type = value.getType().getTensorType().getElemType();
    TensorProto.DataType known = TensorProto.DataType.forNumber(type);
    return known == null ? "type " + type : known.name();
  }

  /** The shape as a user reads it: {@code [N, 3, 224, 224]}. */
  static String shape(ValueInfoProto value) {
    TypeProto.Tensor type = value.getType().getTensorType();
    if (!type.hasShape()) {
      return "no shape";
    }
    List<Dimension> shape = type.getShape().getDimList();
    return IntStream.range(0, Math.min(shape.size(), MAX_NAMES))
        .mapToObj(i -> describe(shape.get(i)))
        .collect(Collectors.joining(", ", "[", shape.size() > MAX_NAMES ? ", ...]" : "]"));
  }

  private static String describe(Dimension dimension) {
    if (dimension.hasDimValue()) {
      return Long.toString(dimension.getDimValue());
    }
    return dimension.getDimParam().isEmpty() ? "?" : YamlValue.abbreviate(dimension.getDimParam());
  }
}
