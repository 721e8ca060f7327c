// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the changes that promise most with few runs: all of them on a few images, the better half
 * on twice as many, and so on. Source: successive halving, K. Jamieson and A. Talwalkar,
 * Non-stochastic best arm identification and hyperparameter optimization, AISTATS 2016.
 *
 * <p>What drops out early was still tried: it counts where significance is corrected for it.
 */
final class Race {

  private static final int MIN_IMAGES = 24;

  /** First images of a race, as a part of all. */
  private static final int PART = 8;

  private record Runner(Change change, double promise) {}

  private final Trials trials;
  private final Outcomes outcomes;

  Race(Trials trials, Outcomes outcomes) {
    this.trials = trials;
    this.outcomes = outcomes;
  }

  /** Images that every change is run on. */
  int firstImages() {
    return Math.max(MIN_IMAGES, outcomes.size() / PART);
  }

  /**
   * Runs the race, and the finalists on all images.
   *
   * @param finalists how many at most
   * @param perCause how many finalists may have one cause, or the same pair of causes
   * @return the finalists
   */
  List<Change> run(List<Change> changes, int finalists, int perCause, Trials.Listener progress)
      throws Exception {
    List<Change> field = changes;
    int size = firstImages();
    while (field.size() > finalists && size < outcomes.size()) {
      run(field, size, progress);
      field =
          field.size() / 2 > finalists
              ? best(field, size).subList(0, field.size() / 2)
              : spread(best(field, size), finalists, perCause);
      size *= 2;
    }
    run(field, outcomes.size(), progress);
    return field;
  }

  /** The changes, the most promising first. */
  List<Change> best(List<Change> changes, int size) {
    return changes.stream()
        .map(change -> new Runner(change, outcomes.promise(change, size)))
        .sorted(Comparator.comparingDouble(Runner::promise).reversed())
        .map(Runner::change)
        .toList();
  }

  /** The first changes, with so many of one cause at most. */
  static List<Change> spread(List<Change> best, int finalists, int perCause) {
    Map<List<Cause>, Integer> counts = new HashMap<>();
    return best.stream()
        .filter(change -> counts.merge(change.causes(), 1, Integer::sum) <= perCause)
        .limit(finalists)
        .toList();
  }

  private void run(List<Change> changes, int size, Trials.Listener progress) throws Exception {
    trials.run(changes.stream().map(Change::setup).toList(), outcomes.first(size), progress);
  }
}
