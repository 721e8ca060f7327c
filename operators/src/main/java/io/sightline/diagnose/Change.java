// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Something that is done differently: how an image reaches the model, how its outputs are read as
 * classes, or both. Immutable.
 *
 * @param causes the mistakes that it would mend: one, or two for a pair
 * @param edit makes of any setup the one with this change
 * @param setup the edit of the setup that is diagnosed
 * @param parts the two changes of a pair; empty for a single one
 */
record Change(
    List<Cause> causes,
    UnaryOperator<Setup> edit,
    Setup setup,
    ClassReading reading,
    List<Change> parts) {

  Change {
    causes = List.copyOf(causes);
    parts = List.copyOf(parts);
  }

  static Change of(Cause cause, UnaryOperator<Setup> edit, Setup base) {
    return new Change(List.of(cause), edit, edit.apply(base), ClassReading.AS_IT_IS, List.of());
  }

  static Change of(ClassReading reading, Setup base) {
    return new Change(
        List.of(Cause.LABEL_ORDER), UnaryOperator.identity(), base, reading, List.of());
  }

  /** A pair: a change of another cause made after this one. */
  Change and(Change second) {
    List<Cause> both = new ArrayList<>(causes);
    both.addAll(second.causes);
    return new Change(
        both,
        start -> second.edit.apply(edit.apply(start)),
        second.edit.apply(setup),
        second.readsClasses() ? second.reading : reading,
        List.of(this, second));
  }

  boolean hasCauseOf(Change other) {
    return causes.stream().anyMatch(other.causes::contains);
  }

  /** Whether outputs are read as other classes. */
  boolean readsClasses() {
    return !reading.equals(ClassReading.AS_IT_IS);
  }
}
