// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.decode.RowFormat.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tries the changes to a setup one by one, then the most promising ones in pairs. Used once. */
final class Search {

  private static final double LEVEL = 0.05;

  /** Smallest part of the images by which a finding is better. */
  private static final double MIN_GAIN = 0.01;

  /** Single changes and pairs share the level. */
  private static final int FAMILIES = 2;

  private static final int FINALISTS = 5;
  private static final int PER_CAUSE = 2;

  /** Changes of which pairs are made. */
  private static final int PARTNERS = 7;

  private static final Comparator<Scored> BEST_FIRST =
      Comparator.<Scored>comparingInt(scored -> scored.comparison().net())
          .reversed()
          .thenComparing(scored -> scored.change().causes().size());

  private final Setup base;
  private final Outcomes outcomes;
  private final Trials trials;
  private final DiagnoseProgress progress;
  private final Race race;

  /** A change with what it would gain. */
  record Scored(Change change, Comparison comparison) {

    boolean isFinding() {
      return isFinding(comparison);
    }

    static boolean isFinding(Comparison comparison) {
      return comparison.adjustedPValue() <= LEVEL
          && comparison.net() >= MIN_GAIN * comparison.images();
    }
  }

  /**
   * What was tried.
   *
   * @param scored all that was run on all images, the best first
   * @param changes how many changes were tried one by one
   * @param pairs how many pairs were tried
   * @param hypotheses by which p-values of single changes are multiplied
   */
  record Result(List<Scored> scored, int changes, int pairs, long hypotheses) {}

  Search(Setup base, Outcomes outcomes, Trials trials, DiagnoseProgress progress) {
    this.base = base;
    this.outcomes = outcomes;
    this.trials = trials;
    this.progress = progress;
    this.race = new Race(trials, outcomes);
  }

  Result run(List<ClassReading> readings, ElementType inputType) throws Exception {
    List<Change> setups = SetupCandidates.of(base, inputType);
    List<Change> rereadings = readings.stream().map(reading -> Change.of(reading, base)).toList();
    List<Change> all = new ArrayList<>(setups);
    all.addAll(rereadings);
    int changes = all.size() + 1; // the order that is learned from the answers is one, too
    long hypotheses = (long) FAMILIES * changes;

    List<Change> finalists =
        new ArrayList<>(
            race.run(
                setups,
                FINALISTS,
                PER_CAUSE,
                (done, of) -> progress.update("one by one", done, of)));
    finalists.addAll(rereadings);
    List<Scored> scored = new ArrayList<>();
    for (Change change : finalists) {
      scored.add(new Scored(change, compare(outcomes.asConfigured(), change, hypotheses)));
    }
    scored.sort(BEST_FIRST);

    List<Change> pairs = promisingPairs(all, scored);
    long pairHypotheses = FAMILIES * pairsOf(all);
    List<Change> last =
        race.run(pairs, FINALISTS, PER_CAUSE, (done, of) -> progress.update("in pairs", done, of));
    for (Change pair : last) {
      scored.add(new Scored(pair, comparePair(pair, pairHypotheses, hypotheses)));
    }
    scored.sort(BEST_FIRST);
    return new Result(List.copyOf(scored), changes, pairs.size(), hypotheses);
  }

  /** With a change that is a finding, if there is one; else of the best changes of each cause. */
  private List<Change> promisingPairs(List<Change> all, List<Scored> scored) {
    List<Change> pool =
        Race.spread(
            race.best(all, race.firstImages()).stream()
                .filter(change -> outcomes.hasEffect(change, race.firstImages()))
                .toList(),
            PARTNERS,
            PER_CAUSE);
    @Nullable Change finding =
        scored.stream().filter(Scored::isFinding).map(Scored::change).findFirst().orElse(null);
    List<Change> pairs = new ArrayList<>();
    Set<List<Object>> known = new HashSet<>();
    for (int i = 0; i < pool.size(); i++) {
      List<Change> partners = finding == null ? pool.subList(0, i) : List.of(finding);
      for (Change partner : partners) {
        if (!partner.hasCauseOf(pool.get(i))) {
          Change pair = pair(partner, pool.get(i));
          if (known.add(List.of(pair.setup(), pair.reading()))) {
            pairs.add(pair);
          }
        }
      }
    }
    return pairs;
  }

  /** Mean and std are set before channels move, which may take them along. */
  private static Change pair(Change one, Change other) {
    return one.causes().contains(Cause.CHANNEL_ORDER) ? other.and(one) : one.and(other);
  }

  private static long pairsOf(List<Change> all) {
    long pairs = 0;
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        pairs += all.get(i).hasCauseOf(all.get(j)) ? 0 : 1;
      }
    }
    return pairs;
  }

  private Comparison compare(boolean[] before, Change change, long hypotheses) {
    return Comparison.of(
        before, outcomes.correct(change, 1), outcomes.correct(change, Comparison.TOP), hypotheses);
  }

  /**
   * Against what is configured; significant only if it is so against each of its parts, too.
   *
   * @param pairs that could have been tried
   * @param hypotheses that could be the second change beside a part
   */
  private Comparison comparePair(Change pair, long pairs, long hypotheses) throws Exception {
    Comparison comparison = compare(outcomes.asConfigured(), pair, pairs);
    if (!Scored.isFinding(comparison)) {
      return comparison;
    }
    trials.run(
        pair.parts().stream().map(Change::setup).toList(),
        outcomes.first(outcomes.size()),
        (done, of) -> progress.update("in pairs", done, of));
    for (Change part : pair.parts()) {
      comparison =
          comparison.atLeast(compare(outcomes.correct(part, 1), pair, hypotheses).adjustedPValue());
    }
    return comparison;
  }
}
