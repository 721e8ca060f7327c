// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

/**
 * A way to read a graph's outputs as classes of a data set. Immutable.
 *
 * @param title a sentence that says what is the case if this reading is the right one
 * @param remedy what to change then
 */
record ClassReading(String title, String remedy, Relation relation) {

  /** Outputs and class ids are the same: what is the case unless something is wrong. */
  static final ClassReading AS_IT_IS = new ClassReading("", "", (output, label) -> output == label);

  /** Whether an output of the graph stands for a class of the data set. */
  interface Relation {
    boolean holds(int output, int label);
  }

  /** Place of the right class among the best ones, from 0; -1 where it is none of them. */
  int rank(int[] best, int label) {
    for (int rank = 0; rank < best.length; rank++) {
      if (relation.holds(best[rank], label)) {
        return rank;
      }
    }
    return -1;
  }

  /** A reading by a table. */
  static ClassReading of(String title, String remedy, int[] classOfOutput) {
    return new ClassReading(title, remedy, (output, label) -> classOfOutput[output] == label);
  }
}
