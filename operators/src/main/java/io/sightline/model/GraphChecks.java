// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.config.Problems;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a graph is an image classifier that can be run here: one float32 input {@code [N, 3,
 * H, W]}, and one float32 output {@code [N, C]} or {@code [N, C, 1, 1]}.
 */
final class GraphChecks {

  private static final int MAX_NAMES = 8;

  /** The image input; a side or batch that the graph leaves free is 0. */
  record Input(String name, int batch, int height, int width) {}

  /** The score output; a batch or number of classes that the graph leaves free is 0. */
  record Output(String name, int batch, int classes) {}

  private final String file;
  private final Problems problems;

  GraphChecks(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** Null after a problem. */
  @Nullable Input input(GraphHeader header) {
    ValueInfoProto input = only(header.inputs(), "input", "an image");
    if (input == null || !isFloat32(input, "input")) {
      return null;
    }
    TypeProto.Tensor type = input.getType().getTensorType();
    List<Dimension> shape = type.getShape().getDimList();
    if (shape.size() != 4) {
      problem("input", input, "must have the shape [N, 3, H, W] (has " + describe(type) + ")");
      return null;
    }
    int[] sides = sides("input", input, shape);
    if (sides == null) {
      return null;
    }
    if (sides[1] != 3 && sides[1] != 0) {
      String hint = sides[3] == 3 ? "; it is channels-last, convert it to channels-first" : "";
      problem(
          "input", input, "must have 3 channels, [N, 3, H, W] (has " + describe(type) + hint + ")");
      return null;
    }
    return new Input(input.getName(), sides[0], sides[2], sides[3]);
  }

  /** Null after a problem. */
  @Nullable Output output(GraphHeader header) {
    ValueInfoProto output = only(header.outputs(), "output", "the scores");
    if (output == null || !isFloat32(output, "output")) {
      return null;
    }
    TypeProto.Tensor type = output.getType().getTensorType();
    if (!type.hasShape()) {
      return new Output(output.getName(), 0, 0);
    }
    List<Dimension> shape = type.getShape().getDimList();
    int[] sides = sides("output", output, shape);
    if (sides == null) {
      return null;
    }
    boolean flat = sides.length == 2;
    boolean pooled = sides.length == 4 && sides[2] <= 1 && sides[3] <= 1;
    if (!flat && !pooled) {
      problem(
          "output",
          output,
          "must have the shape [N, C] or [N, C, 1, 1] (has " + describe(type) + ")");
      return null;
    }
    return new Output(output.getName(), sides[0], sides[1]);
  }

  private @Nullable ValueInfoProto only(List<ValueInfoProto> values, String kind, String what) {
    if (values.size() == 1) {
      return values.get(0);
    }
    String names =
        values.stream()
                .limit(MAX_NAMES)
                .map(value -> "'" + YamlValue.abbreviate(value.getName()) + "'")
                .collect(Collectors.joining(", "))
            + (values.size() > MAX_NAMES ? ", ..." : "");
    problems.add(
        "%s must have one %s, %s (has %d%s)"
            .formatted(file, kind, what, values.size(), values.isEmpty() ? "" : ": " + names));
    return null;
  }

  private boolean isFloat32(ValueInfoProto value, String kind) {
    if (!value.getType().hasTensorType()) {
      problem(kind, value, "must be a tensor");
      return false;
    }
    int type = value.getType().getTensorType().getElemType();
    if (type != TensorProto.DataType.FLOAT_VALUE) {
      TensorProto.DataType known = TensorProto.DataType.forNumber(type);
      problem(
          kind,
          value,
          "must be float32 (is " + (known == null ? "type " + type : known.name()) + ")");
      return false;
    }
    return true;
  }

  private int @Nullable [] sides(String kind, ValueInfoProto value, List<Dimension> shape) {
    int[] sides = new int[shape.size()];
    for (int i = 0; i < sides.length; i++) {
      Dimension dimension = shape.get(i);
      // Converters write a free dimension as a name, as nothing, or as -1.
      boolean free = !dimension.hasDimValue() || dimension.getDimValue() < 0;
      if (!free && (dimension.getDimValue() == 0 || dimension.getDimValue() > Integer.MAX_VALUE)) {
        problem(
            kind,
            value,
            "has an impossible dimension (" + describe(value.getType().getTensorType()) + ")");
        return null;
      }
      sides[i] = free ? 0 : (int) dimension.getDimValue();
    }
    return sides;
  }

  private void problem(String kind, ValueInfoProto value, String fact) {
    problems.add(
        "%s %s '%s' %s".formatted(file, kind, YamlValue.abbreviate(value.getName()), fact));
  }

  private static String describe(TypeProto.Tensor type) {
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
