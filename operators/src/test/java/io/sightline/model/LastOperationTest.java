// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static io.sightline.testing.OnnxProtos.node;
import static io.sightline.testing.OnnxProtos.with;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.OnnxGraphs.Ending;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LastOperationTest {

  private static final ValueInfoProto FLAT = OnnxGraphs.value("out", 0, 4);
  private static final ValueInfoProto POOLED = OnnxGraphs.value("out", 0, 4, 1, 1);
  private static final ValueInfoProto NO_SHAPE =
      FLAT.toBuilder().setType(FLAT.getType().toBuilder().clearTensorType()).build();

  @ParameterizedTest
  @CsvSource({
    "SOFTMAX, Softmax, true",
    "COMPOSED_SOFTMAX, Div, true",
    "SIGMOID, Sigmoid, true",
    "LOG_SOFTMAX, LogSoftmax, false",
    "LOGITS, MatMul, false"
  })
  void theEndingOfAGraphIsSeenThroughItsLastIdentity(
      Ending ending, String operator, boolean makesScores) {
    ModelProto model = OnnxGraphs.classifier(4, 8, 8).ending(ending).build();
    assertThat(LastOperation.before(model.getGraph().getOutput(0), header(model)))
        .isEqualTo(new LastOperation(operator, makesScores));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Reshape",
        "Flatten",
        "Squeeze",
        "Unsqueeze",
        "Identity",
        "Cast",
        "Dropout",
        "Slice",
        "QuantizeLinear",
        "DequantizeLinear"
      })
  void whatChangesNoValueIsPassedOver(String operator) {
    assertThat(last(FLAT, 13, node("Softmax", "s", "in"), node(operator, "out", "s", "other")))
        .isEqualTo(new LastOperation("Softmax", true));
    assertThat(last(FLAT, 13, node("Gemm", "g", "in"), node(operator, "out", "g", "other")))
        .isEqualTo(new LastOperation("Gemm", false));
  }

  @Test
  void softmaxFollowedByArithmeticMakesNoScores() {
    assertThat(last(FLAT, 13, node("Softmax", "s", "in"), node("Mul", "out", "s", "factor")))
        .isEqualTo(new LastOperation("Mul", false));
  }

  @ParameterizedTest
  @CsvSource({
    // opset, axis, whether it ranges over the classes of [N, C]
    "13, -1, true",
    "13, 1, true",
    "13, 0, false",
    "13, -2, false",
    "11, 1, true",
    "11, -1, true",
    "11, 0, false"
  })
  void softmaxMustRangeOverTheClasses(int opset, int axis, boolean overClasses) {
    assertThat(last(FLAT, opset, softmax("out", axis)).makesScores()).isEqualTo(overClasses);
  }

  @ParameterizedTest
  @CsvSource({
    // opset, axis, whether it ranges over the classes of [N, C, 1, 1]
    "13, 1, true",
    "13, -3, true",
    "13, -1, false",
    "13, 3, false",
    "11, 1, true",
    "11, 2, false"
  })
  void softmaxOfAPooledOutputMustRangeOverItsSecondAxis(int opset, int axis, boolean overClasses) {
    assertThat(last(POOLED, opset, softmax("out", axis)).makesScores()).isEqualTo(overClasses);
  }

  @Test
  void theDefaultAxisIsThatOfTheOpset() {
    assertThat(last(POOLED, 12, node("Softmax", "out", "in")).makesScores()).isTrue();
    assertThat(last(POOLED, 13, node("Softmax", "out", "in")).makesScores()).isFalse();
    assertThat(last(FLAT, 13, node("Softmax", "out", "in")).makesScores()).isTrue();
  }

  @Test
  void aTransposeMovesTheClasses() {
    NodeProto transpose = with(node("Transpose", "out", "s"), "perm", List.of(0L, 3L, 1L, 2L));
    assertThat(last(POOLED, 13, softmax("s", -1), transpose).makesScores()).isTrue();
    assertThat(last(POOLED, 13, softmax("s", 1), transpose).makesScores()).isFalse();
  }

  @Test
  void anOutputWithoutShapeAndAReshapedOneNeedOnlyNotBeOverTheBatch() {
    assertThat(last(NO_SHAPE, 13, softmax("out", 1)).makesScores()).isTrue();
    assertThat(last(NO_SHAPE, 13, softmax("out", 0)).makesScores()).isFalse();
    NodeProto reshape = node("Reshape", "out", "s", "shape");
    assertThat(last(POOLED, 13, softmax("s", -1), reshape).makesScores()).isTrue();
    assertThat(last(POOLED, 13, softmax("s", 0), reshape).makesScores()).isFalse();
  }

  @Test
  void aShapeNotedWithinTheGraphIsUsed() {
    ModelProto.Builder model = model(13, softmax("s", -2), node("Reshape", "out", "s", "shape"));
    assertThat(LastOperation.before(FLAT, header(model.build())).makesScores()).isTrue();
    model.getGraphBuilder().addValueInfo(OnnxGraphs.value("s", 0, 4));
    assertThat(LastOperation.before(FLAT, header(model.build())).makesScores()).isFalse();
  }

  @Test
  void onnxRuntimesQuantisedSoftmaxIsOne() {
    NodeProto quantised =
        softmax("q", 1).toBuilder().setOpType("QLinearSoftmax").setDomain("com.microsoft").build();
    assertThat(last(FLAT, 13, quantised, node("DequantizeLinear", "out", "q")))
        .isEqualTo(new LastOperation("QLinearSoftmax", true));
  }

  @Test
  void aForeignOperatorOfTheSameNameIsNot() {
    NodeProto foreign = softmax("out", 1).toBuilder().setDomain("org.example").build();
    assertThat(last(FLAT, 13, foreign)).isEqualTo(new LastOperation("Softmax", false));
  }

  @Test
  void functionsOfTheModelAreLookedIntoWithTheArgumentsOfTheirCall() {
    NodeProto inner =
        node("Softmax", "result", "value").toBuilder()
            .addAttribute(AttributeProto.newBuilder().setName("axis").setRefAttrName("dim"))
            .build();
    ModelProto.Builder model =
        model(13, call("softmax", "s", "in", 1), call("pass", "out", "s", 0))
            .addFunctions(function("softmax", "value", inner, "result"))
            .addFunctions(function("pass", "x", node("Identity", "y", "x"), "y"));
    assertThat(LastOperation.before(FLAT, header(model.build())))
        .isEqualTo(new LastOperation("Softmax", true));
    model.getGraphBuilder().setNode(0, call("softmax", "s", "in", 0));
    assertThat(LastOperation.before(FLAT, header(model.build())))
        .isEqualTo(new LastOperation("Softmax", false));
  }

  @Test
  void aGraphThatLeadsInCirclesOrNowhereHasNoLastOperation() {
    LastOperation none = new LastOperation("no operation", false);
    assertThat(last(FLAT, 13, node("Identity", "out", "out"))).isEqualTo(none);
    assertThat(last(FLAT, 13, node("Identity", "out", "in"))).isEqualTo(none);
    assertThat(last(FLAT, 13)).isEqualTo(none);
    ModelProto recursive =
        model(13, call("f", "out", "in", 0))
            .addFunctions(function("f", "x", call("f", "y", "x", 0), "y"))
            .build();
    assertThat(LastOperation.before(FLAT, header(recursive))).isEqualTo(none);
  }

  private static NodeProto softmax(String output, int axis) {
    return with(node("Softmax", output, "in"), "axis", axis);
  }

  private static NodeProto call(String function, String output, String input, int dim) {
    return with(node(function, output, input), "dim", dim).toBuilder().setDomain("local").build();
  }

  private static FunctionProto function(
      String name, String parameter, NodeProto body, String result) {
    return FunctionProto.newBuilder()
        .setDomain("local")
        .setName(name)
        .addInput(parameter)
        .addOutput(result)
        .addNode(body)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .build();
  }

  private static LastOperation last(ValueInfoProto output, int opset, NodeProto... nodes) {
    return LastOperation.before(output, header(model(opset, nodes).build()));
  }

  private static ModelProto.Builder model(int opset, NodeProto... nodes) {
    return ModelProto.newBuilder()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(GraphProto.newBuilder().addAllNode(List.of(nodes)));
  }

  private static GraphHeader header(ModelProto model) {
    return new GraphHeader(model, List.of(), List.of());
  }
}
