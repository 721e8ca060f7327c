// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operation of a graph that one of its outputs comes from. What only changes the shape, the
 * type or the place of values is passed over, and functions that the model defines are looked into.
 *
 * @param operator ONNX's name of it, {@code Softmax}, {@code Gemm}
 * @param makesScores whether it is a softmax over the classes, or a sigmoid
 */
record LastOperation(String operator, boolean makesScores) {

  /** Operators whose output has the values of their first input, axis by axis. */
  private static final Set<String> KEEP_AXES =
      Set.of(
          "Identity", "Cast", "CastLike", "Dropout", "Slice", "QuantizeLinear", "DequantizeLinear");

  /** Operators whose output has the values of their first input in another shape. */
  private static final Set<String> CHANGE_AXES =
      Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze");

  /** The domains of ONNX's own operators and of ONNX Runtime's quantised ones. */
  private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "com.microsoft");

  /** Since this opset softmax ranges over one axis; before, over all from that axis on. */
  private static final int SOFTMAX_OVER_ONE_AXIS = 13;

  /** More nodes than a graph has behind its scores: a broken file may lead in circles. */
  private static final int MAX_STEPS = 1000;

  /** Where a tensor has the classes; its rank is 0 where that is not known. */
  private record Axes(int rank, int classes) {

    static final Axes UNKNOWN = new Axes(0, 0);

    static Axes of(ValueInfoProto value) {
      int[] sides = TensorTypes.sides(value);
      return sides == null ? UNKNOWN : new Axes(sides.length, 1);
    }

    Axes beforeTranspose(@Nullable AttributeProto permutation) {
      if (rank == 0) {
        return UNKNOWN;
      }
      if (permutation == null) { // the axes are reversed
        return new Axes(rank, rank - 1 - classes);
      }
      return permutation.getIntsCount() == rank
          ? new Axes(rank, (int) permutation.getInts(classes))
          : UNKNOWN;
    }
  }

  /** The nodes of a graph, or of a function as one node calls it. */
  private static final class Scope {

    private final Map<String, NodeProto> producers = new HashMap<>();
    private final long opset;
    private final List<String> parameters;
    private final @Nullable NodeProto call;
    private final @Nullable Scope caller;

    private Scope(
        List<NodeProto> nodes,
        List<OperatorSetIdProto> opsets,
        List<String> parameters,
        @Nullable NodeProto call,
        @Nullable Scope caller) {
      nodes.forEach(node -> node.getOutputList().forEach(name -> producers.put(name, node)));
      this.opset =
          opsets.stream()
              .filter(opset -> opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx"))
              .mapToLong(OperatorSetIdProto::getVersion)
              .findFirst()
              .orElse(SOFTMAX_OVER_ONE_AXIS);
      this.parameters = parameters;
      this.call = call;
      this.caller = caller;
    }

    static Scope of(GraphHeader header) {
      return new Scope(
          header.model().getGraph().getNodeList(),
          header.model().getOpsetImportList(),
          List.of(),
          null,
          null);
    }

    Scope in(FunctionProto function, NodeProto call) {
      return new Scope(
          function.getNodeList(),
          function.getOpsetImportList(),
          function.getInputList(),
          call,
          this);
    }

    @Nullable NodeProto producer(String value) {
      return producers.get(value);
    }

    /** What the caller of this function gives for one of its parameters. */
    @Nullable String argument(String parameter) {
      int index = parameters.indexOf(parameter);
      return call == null || index < 0 || index >= call.getInputCount()
          ? null
          : call.getInput(index);
    }

    @Nullable AttributeProto attribute(NodeProto node, String name) {
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.getName().equals(name)) {
          return attribute.getRefAttrName().isEmpty() || call == null || caller == null
              ? attribute
              : caller.attribute(call, attribute.getRefAttrName());
        }
      }
      return null;
    }
  }

  /** The operation that an output of the graph comes from. */
  static LastOperation before(ValueInfoProto output, GraphHeader header) {
    Map<String, FunctionProto> functions = new HashMap<>();
    for (FunctionProto function : header.model().getFunctionsList()) {
      functions.put(key(function.getDomain(), function.getName()), function);
    }
    Scope scope = Scope.of(header);
    String value = output.getName();
    Axes axes = Axes.of(output);
    for (int step = 0; step < MAX_STEPS; step++) {
      NodeProto node = scope.producer(value);
      if (node == null) {
        String argument = scope.argument(value);
        if (argument == null || scope.caller == null) {
          break;
        }
        scope = scope.caller;
        value = argument;
        continue;
      }
      FunctionProto function = functions.get(key(node.getDomain(), node.getOpType()));
      if (function != null) {
        int index = node.getOutputList().indexOf(value);
        if (index >= function.getOutputCount()) {
          break;
        }
        scope = scope.in(function, node);
        value = function.getOutput(index);
        continue;
      }
      boolean known = DOMAINS.contains(node.getDomain());
      boolean transpose = node.getOpType().equals("Transpose");
      boolean passedOver =
          transpose
              || KEEP_AXES.contains(node.getOpType())
              || CHANGE_AXES.contains(node.getOpType());
      if (!known || !passedOver || node.getInputCount() == 0) {
        return new LastOperation(
            node.getOpType(), known && makesScores(node, scope, axesOf(value, axes, header)));
      }
      if (transpose) {
        axes = axes.beforeTranspose(scope.attribute(node, "perm"));
      } else if (CHANGE_AXES.contains(node.getOpType())) {
        axes = Axes.UNKNOWN;
      }
      value = node.getInput(0);
    }
    return new LastOperation("no operation", false);
  }

  private static String key(String domain, String name) {
    return domain + ":" + name;
  }

  /** Some exporters note the shapes of values within the graph, too. */
  private static Axes axesOf(String value, Axes known, GraphHeader header) {
    if (known.rank() != 0) {
      return known;
    }
    for (ValueInfoProto info : header.model().getGraph().getValueInfoList()) {
      if (info.getName().equals(value)) {
        Axes axes = Axes.of(info);
        return axes.rank() == 2 ? axes : Axes.UNKNOWN;
      }
    }
    return Axes.UNKNOWN;
  }

  private static boolean makesScores(NodeProto node, Scope scope, Axes axes) {
    return switch (node.getOpType()) {
      case "Sigmoid", "QLinearSigmoid" -> true;
      case "Softmax", "QLinearSoftmax" -> rangesOverClasses(node, scope, axes);
      case "Div" -> isQuotientOfExponentials(node, scope);
      default -> false;
    };
  }

  private static boolean rangesOverClasses(NodeProto node, Scope scope, Axes axes) {
    boolean one = scope.opset >= SOFTMAX_OVER_ONE_AXIS;
    AttributeProto attribute = scope.attribute(node, "axis");
    long axis = attribute == null ? (one ? -1 : 1) : attribute.getI();
    if (axes.rank() == 0) {
      return axis != 0; // axis 0 is the batch
    }
    if (axis < 0) {
      axis += axes.rank();
    }
    return one ? axis == axes.classes() : axis > 0 && axis <= axes.classes();
  }

  /** Softmax as exporters write it where they don't know the rank: exp(x) / sum(exp(x)). */
  private static boolean isQuotientOfExponentials(NodeProto node, Scope scope) {
    if (node.getInputCount() != 2) {
      return false;
    }
    NodeProto dividend = scope.producer(node.getInput(0));
    NodeProto divisor = scope.producer(node.getInput(1));
    return dividend != null
        && divisor != null
        && dividend.getOpType().equals("Exp")
        && divisor.getOpType().equals("ReduceSum")
        && divisor.getInputCount() > 0
        && divisor.getInput(0).equals(node.getInput(0));
  }
}
