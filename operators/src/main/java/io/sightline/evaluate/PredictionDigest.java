// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.schemas.ClassificationEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the page says of single predictions, taken in one pass over all of them: it holds no more of
 * them than the page lists. Not thread-safe.
 */
final class PredictionDigest {

  private final ToIntFunction<ClassificationEvent> trueClass;
  private final Leaders mistakes;
  private final Leaders leastCertain;
  private final TreeSet<String> providers = new TreeSet<>();
  private @Nullable Instant first;
  private @Nullable Instant last;

  /**
   * @param size most entries of each list
   * @param trueClass class id of an event's label
   */
  PredictionDigest(int size, ToIntFunction<ClassificationEvent> trueClass) {
    this.trueClass = trueClass;
    this.mistakes = new Leaders(size);
    this.leastCertain = new Leaders(size);
  }

  /**
   * A prediction on a list.
   *
   * @param confidence score of its best class
   */
  record Listed(ClassificationEvent event, int trueClass, float confidence) {

    int predicted() {
      return event.getClassIds().get(0);
    }
  }

  /** Takes the next prediction; the event must stay as it is. */
  void add(ClassificationEvent event) {
    providers.add(event.getProvider());
    Instant at = event.getClassifiedAt();
    first = first == null || at.isBefore(first) ? at : first;
    last = last == null || at.isAfter(last) ? at : last;
    if (event.getClassIds().isEmpty()) { // no class, no confidence: the report counts them
      return;
    }
    float confidence = event.getScores().get(0);
    if (!Float.isFinite(confidence)) {
      return;
    }
    Listed listed = new Listed(event, trueClass.applyAsInt(event), confidence);
    if (listed.predicted() != listed.trueClass()) {
      mistakes.add(listed, confidence);
    }
    leastCertain.add(listed, -confidence);
  }

  /** The wrong predictions with the highest confidence, the highest first. */
  List<Listed> mistakes() {
    return mistakes.inOrder();
  }

  /** The predictions with the lowest confidence, right or wrong, the lowest first. */
  List<Listed> leastCertain() {
    return leastCertain.inOrder();
  }

  /** The execution providers that ran, in alphabetical order. */
  List<String> providers() {
    return List.copyOf(providers);
  }

  /** When the first image was classified; null where none was. */
  @Nullable Instant first() {
    return first;
  }

  /** When the last image was classified; null where none was. */
  @Nullable Instant last() {
    return last;
  }

  /** The entries with the highest ranks; of equal ones those that came first. */
  private static final class Leaders {

    private record Entry(Listed listed, float rank, long number) {}

    private static final Comparator<Entry> HIGHEST_FIRST =
        Comparator.comparingDouble((Entry entry) -> -entry.rank()).thenComparingLong(Entry::number);

    private final int size;
    private final PriorityQueue<Entry> entries = new PriorityQueue<>(HIGHEST_FIRST.reversed());
    private long number;

    Leaders(int size) {
      this.size = size;
    }

    void add(Listed listed, float rank) {
      entries.add(new Entry(listed, rank, number++));
      if (entries.size() > size) {
        entries.remove();
      }
    }

    List<Listed> inOrder() {
      return entries.stream().sorted(HIGHEST_FIRST).map(Entry::listed).toList();
    }
  }
}
