// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model as it was found when the job was submitted: all that is needed to run it, apart from its
 * files. Travels in the job; a task compares {@link #fingerprint} with the folder that it opens.
 * Immutable.
 *
 * @param dir the folder as it was given: a path or a URI of a Flink file system
 * @param graphFile name of the graph's file in the folder, {@code inference.onnx}
 * @param fingerprint SHA-256 in lower-case hexadecimal over the graph, its external data files, the
 *     preprocessing and the labels
 * @param inputName name of the graph's image input, {@code [N, 3, H, W]} float32
 * @param height H of the input
 * @param width W of the input
 * @param fixedBatch the batch dimension where the graph fixes it; 0 where it is free
 * @param outputName name of the graph's score output, {@code [N, C]} or {@code [N, C, 1, 1]}
 * @param labels label names in the order of their class ids; C of them
 */
public record ModelDescriptor(
    String dir,
    String graphFile,
    String name,
    @Nullable String version,
    String fingerprint,
    Preprocessing preprocessing,
    String inputName,
    int height,
    int width,
    int fixedBatch,
    String outputName,
    List<String> labels)
    implements Serializable {

  public ModelDescriptor {
    labels = List.copyOf(labels);
  }

  /** Number of classes, C. */
  public int classes() {
    return labels.size();
  }
}
