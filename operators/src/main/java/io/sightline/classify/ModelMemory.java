// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

/**
 * What a model takes outside the heap when it runs on CPU, as its first runs showed. {@link
 * OffHeapNeed} makes of it what a TaskManager takes.
 *
 * @param weightBytes of the weights that a session keeps
 * @param runBytes of the tensors that live at once in a run of a full batch: the most that one node
 *     of the optimised graph reads and writes, without weights
 * @param widestBytes of the largest output of a node in that run
 */
public record ModelMemory(long weightBytes, long runBytes, long widestBytes) {

  public ModelMemory {
    if (weightBytes < 0 || widestBytes < 0 || runBytes < widestBytes) {
      throw new IllegalArgumentException(
          "bytes must be at least 0, and those of a run no less than its widest (got %d, %d, %d)"
              .formatted(weightBytes, runBytes, widestBytes));
    }
  }
}
