// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.config.Problems;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.model.ScoreOutput.Activation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the output of a graph that holds the scores, and what makes scores of its answers. */
final class OutputChecks {

  private final String file;
  private final Problems problems;
  private final List<String> warnings;

  OutputChecks(String file, Problems problems, List<String> warnings) {
    this.file = file;
    this.problems = problems;
    this.warnings = warnings;
  }

  /** Null after a problem, and where several outputs could be meant and there are no labels. */
  @Nullable ValueInfoProto find(List<ValueInfoProto> outputs, GraphExpectations expected) {
    ValueInfoProto output = choose(outputs, expected);
    if (output == null || !isOfScores(output)) {
      return null;
    }
    int classes = classes(output);
    if (expected.classes() != 0 && classes != 0 && classes != expected.classes()) {
      problems.add(
          "%s has %d labels, %s output '%s' has %d classes"
              .formatted(expected.labelsSource(), expected.classes(), file, name(output), classes));
      return null;
    }
    return output;
  }

  private @Nullable ValueInfoProto choose(
      List<ValueInfoProto> outputs, GraphExpectations expected) {
    String wanted = expected.output();
    if (wanted != null) {
      for (ValueInfoProto output : outputs) {
        if (output.getName().equals(wanted)) {
          return output;
        }
      }
      problems.add(
          "%s has no output '%s', which model.output names (has %s)"
              .formatted(file, YamlValue.abbreviate(wanted), TensorTypes.names(outputs)));
      return null;
    }
    if (outputs.size() == 1) {
      return outputs.get(0);
    }
    List<ValueInfoProto> possible = outputs.stream().filter(OutputChecks::canHoldScores).toList();
    if (possible.isEmpty()) {
      problems.add(
          "%s must have an output for the scores, float32 or float16 of the shape [N, C] or [N, C, 1, 1] (has %d%s)"
              .formatted(
                  file,
                  outputs.size(),
                  outputs.isEmpty() ? "" : ": " + TensorTypes.namesAndTypes(outputs)));
      return null;
    }
    if (possible.size() == 1) {
      return possible.get(0);
    }
    if (expected.classes() == 0) {
      return null; // a problem with the labels was found, and without them nothing can be said
    }
    for (int classes : new int[] {expected.classes(), 0}) {
      List<ValueInfoProto> fitting =
          possible.stream().filter(output -> classes(output) == classes).toList();
      if (fitting.size() == 1) {
        return fitting.get(0);
      }
      if (!fitting.isEmpty()) {
        return ambiguous(fitting, expected);
      }
    }
    return ambiguous(possible, expected);
  }

  private @Nullable ValueInfoProto ambiguous(
      List<ValueInfoProto> outputs, GraphExpectations expected) {
    problems.add(
        "%s has %d outputs that could hold the scores of %d labels: %s; name the right one in model.output"
            .formatted(
                file, outputs.size(), expected.classes(), TensorTypes.namesAndTypes(outputs)));
    return null;
  }

  private static boolean canHoldScores(ValueInfoProto output) {
    ElementType type = TensorTypes.elementType(output);
    if (type == null || type == ElementType.UINT8) {
      return false;
    }
    int[] sides = TensorTypes.sides(output);
    return sides == null
        ? !output.getType().getTensorType().hasShape()
        : sides.length == 2 || isPooled(sides);
  }

  private static boolean isPooled(int[] sides) {
    return sides.length == 4 && sides[2] <= 1 && sides[3] <= 1;
  }

  /**
   * Whether it is what {@link #canHoldScores} wants, with a problem for each thing that it isn't.
   */
  private boolean isOfScores(ValueInfoProto output) {
    if (canHoldScores(output)) {
      return true;
    }
    ElementType type = TensorTypes.elementType(output);
    if (!output.getType().hasTensorType()) {
      problem(output, "must be a tensor");
    } else if (type == null || type == ElementType.UINT8) {
      problem(
          output,
          "must be float32 or float16, a score a class (is " + TensorTypes.typeName(output) + ")");
    } else if (TensorTypes.sides(output) == null) {
      problem(output, "has an impossible dimension (" + TensorTypes.shape(output) + ")");
    } else {
      problem(
          output,
          "must have the shape [N, C] or [N, C, 1, 1] (has " + TensorTypes.shape(output) + ")");
    }
    return false;
  }

  /** Number of classes; 0 where the graph leaves it free. */
  private static int classes(ValueInfoProto output) {
    int[] sides = TensorTypes.sides(output);
    return sides == null ? 0 : sides[1];
  }

  /** The batch size; 0 where the graph leaves it free. */
  static int batch(ValueInfoProto output) {
    int[] sides = TensorTypes.sides(output);
    return sides == null ? 0 : sides[0];
  }

  /** The output with its activation. */
  ScoreOutput describe(ValueInfoProto output, GraphHeader header, GraphExpectations expected) {
    LastOperation last = LastOperation.before(output, header);
    return new ScoreOutput(
        output.getName(),
        Objects.requireNonNull(TensorTypes.elementType(output)),
        activation(output, last, expected));
  }

  private Activation activation(
      ValueInfoProto output, LastOperation last, GraphExpectations expected) {
    return switch (expected.applySoftmax()) {
      case TRUE -> {
        if (last.makesScores()) {
          warnings.add(
              "softmax is applied as it was asked for, though %s output '%s' comes from %s already: softmax of scores makes them almost equal"
                  .formatted(file, name(output), last.operator()));
        }
        yield Activation.SOFTMAX;
      }
      case FALSE -> {
        if (!last.makesScores()) {
          warnings.add(
              "no softmax is applied as it was asked for, though %s output '%s' comes from %s, neither softmax nor sigmoid: scores are whatever numbers it gives"
                  .formatted(file, name(output), last.operator()));
        }
        yield Activation.NONE;
      }
      case AUTO -> {
        if (last.makesScores()) {
          yield Activation.NONE;
        }
        yield expected.multiLabel() ? Activation.SIGMOID : Activation.SOFTMAX;
      }
    };
  }

  private void problem(ValueInfoProto output, String fact) {
    problems.add("%s output '%s' %s".formatted(file, name(output), fact));
  }

  private static String name(ValueInfoProto output) {
    return YamlValue.abbreviate(output.getName());
  }
}
