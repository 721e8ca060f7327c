// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.reference.ClassLabels;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was evaluated, as a report names it. Immutable.
 *
 * @param modelVersion null where none is set
 * @param labels names of the classes, in the order of class ids
 * @param split split of the data set, for example {@code val}; null for a stream
 * @param publishedTop1 as a fraction from 0 to 1; null where none is known
 */
public record EvaluationSubject(
    String modelName,
    @Nullable String modelVersion,
    String modelFingerprint,
    List<String> labels,
    @Nullable String split,
    @Nullable Double publishedTop1)
    implements Serializable {

  public EvaluationSubject {
    labels = List.copyOf(labels);
  }

  /** What the label of an image stands for; in a data set it is a class id, and nothing else. */
  public ClassLabels classLabels() {
    return split == null ? new ClassLabels(labels) : ClassLabels.ids(labels);
  }
}
