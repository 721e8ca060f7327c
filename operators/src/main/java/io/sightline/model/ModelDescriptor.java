// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.ModelSettings;
import io.sightline.decode.Preprocessing;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model as it was found when the job was submitted: all that is needed to run it, apart from its
 * files. Travels in the job; a task compares {@link #fingerprint} with the folder that it opens.
 * Immutable.
 *
 * @param settings with which the folder was read, and is read again to be verified
 * @param dir the folder as it was given: a path or a URI of a Flink file system
 * @param graphFile the graph's file, relative to the folder: {@code inference.onnx}
 * @param fingerprint SHA-256 in lower-case hexadecimal over the graph, its external data files, the
 *     preprocessing, the activation and the labels
 * @param labels label names in the order of their class ids; C of them
 * @param tags what events carry as label names, in the order of class ids: the labels, but for
 *     classes to which a label map gives another name
 * @param warnings what a user should know of this model, a sentence each
 */
public record ModelDescriptor(
    ModelSettings settings,
    String dir,
    String graphFile,
    String name,
    @Nullable String version,
    String fingerprint,
    Preprocessing preprocessing,
    ImageInput input,
    ScoreOutput output,
    List<String> labels,
    List<String> tags,
    List<String> warnings)
    implements Serializable {

  public ModelDescriptor {
    labels = List.copyOf(labels);
    tags = List.copyOf(tags);
    warnings = List.copyOf(warnings);
    if (tags.size() != labels.size()) {
      throw new IllegalArgumentException(
          "%d labels have %d tags".formatted(labels.size(), tags.size()));
    }
  }

  /** The same model, whose events carry other label names. */
  public ModelDescriptor withTags(List<String> others) {
    return new ModelDescriptor(
        settings,
        dir,
        graphFile,
        name,
        version,
        fingerprint,
        preprocessing,
        input,
        output,
        labels,
        others,
        warnings);
  }

  /** Number of classes, C. */
  public int classes() {
    return labels.size();
  }
}
