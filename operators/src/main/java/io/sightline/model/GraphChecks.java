// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.config.Problems;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a graph is an image classifier that can be run here, and that it and its folder
 * agree.
 *
 * <p>It has one input, {@code [N, C, H, W]} or {@code [N, H, W, C]} of float32, float16 or uint8
 * with 1 or 3 channels, and an output {@code [N, C]} or {@code [N, C, 1, 1]} of float32 or float16.
 */
final class GraphChecks {

  private GraphChecks() {}

  /**
   * Finds where images enter a graph and scores leave it.
   *
   * @param file the graph's file, for messages
   * @return null after a problem, and where something of what is expected could not be read
   */
  static @Nullable GraphEnds check(
      String file, GraphHeader header, GraphExpectations expected, Problems problems) {
    List<String> warnings = new ArrayList<>();
    ImageInput input = new InputChecks(file, problems, warnings).check(header.inputs(), expected);
    OutputChecks outputs = new OutputChecks(file, problems, warnings);
    ValueInfoProto output = outputs.find(header.outputs(), expected);
    if (input == null || output == null) {
      return null;
    }
    int batch = OutputChecks.batch(output);
    if (input.fixedBatch() != 0 && batch != 0 && input.fixedBatch() != batch) {
      problems.add(
          "%s input '%s' has the batch size %d, output '%s' has %d"
              .formatted(
                  file,
                  YamlValue.abbreviate(input.name()),
                  input.fixedBatch(),
                  YamlValue.abbreviate(output.getName()),
                  batch));
      return null;
    }
    return new GraphEnds(input, outputs.describe(output, header, expected), warnings);
  }
}
