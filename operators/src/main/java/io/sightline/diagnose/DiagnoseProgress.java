// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

/** Sees how far a diagnosis is. Called by several threads at once. */
@FunctionalInterface
public interface DiagnoseProgress {

  /**
   * Takes the progress of a step, often.
   *
   * @param step what is done
   * @param done runs of an image in a setup that are done in this step
   * @param of runs of the step
   */
  void update(String step, int done, int of);
}
