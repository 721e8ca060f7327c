// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;

/** What a stream pulls predictions through. Closes the run after the last, and after a failure. */
final class PredictionSpliterator extends Spliterators.AbstractSpliterator<Prediction> {

  private final PredictionRun run;
  private List<Prediction> batch = List.of();
  private int next;

  PredictionSpliterator(PredictionRun run) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
    this.run = run;
  }

  @Override
  public boolean tryAdvance(Consumer<? super Prediction> action) {
    if (next == batch.size() && !advance()) {
      return false;
    }
    action.accept(batch.get(next++));
    return true;
  }

  private boolean advance() {
    List<Prediction> following = null;
    try {
      following = run.next();
    } finally {
      if (following == null) {
        run.close();
      }
    }
    batch = following == null ? List.of() : following;
    next = 0;
    return following != null;
  }
}
