// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.RowFormat.ElementType;
import java.io.Serializable;

/**
 * The output of a graph that holds the scores, {@code [N, C]} or {@code [N, C, 1, 1]}. Immutable.
 *
 * @param name in the graph
 * @param type {@link ElementType#FLOAT32} or {@link ElementType#FLOAT16}
 * @param activation what makes scores of its values
 */
public record ScoreOutput(String name, ElementType type, Activation activation)
    implements Serializable {

  /** The function that makes scores of a graph's answers. */
  public enum Activation {
    /** The answers are scores already. */
    NONE,
    /** {@code exp(x) / sum(exp(x))} over the classes, for an image of one class. */
    SOFTMAX,
    /** {@code 1 / (1 + exp(-x))} each, for an image of any number of classes. */
    SIGMOID
  }
}
