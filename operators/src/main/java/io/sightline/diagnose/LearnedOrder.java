// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The order of the classes as a model's own mistakes show it: a table from outputs to classes that
 * is one to one, taken from a confusion matrix, the most frequent pairs first.
 *
 * <p>Whether it is right is judged on images from which it was not taken: each half of the images
 * by the table of the other half.
 */
final class LearnedOrder {

  /** Images of an output that must agree on a class. */
  private static final int MIN_IMAGES = 2;

  /** Part of an output's images that must agree. */
  private static final double MIN_SHARE = 0.5;

  /** Part of the classes that outputs stand for wrongly which have lost their own output, too. */
  private static final double EXCHANGED = 0.8;

  private static final int SHOWN = 5;

  private final boolean[] top1;
  private final boolean[] top5;
  private final NavigableMap<Integer, Integer> moved;

  private LearnedOrder(boolean[] top1, boolean[] top5, NavigableMap<Integer, Integer> moved) {
    this.top1 = top1;
    this.top5 = top5;
    this.moved = moved;
  }

  /**
   * Takes the table from images.
   *
   * @param best the best classes of each image, best first
   * @param labels class of each image
   */
  static LearnedOrder of(List<int[]> best, int[] labels) {
    boolean[] top1 = new boolean[labels.length];
    boolean[] top5 = new boolean[labels.length];
    int[] half = halves(labels);
    for (int fold = 0; fold < 2; fold++) {
      Map<Integer, Integer> table = table(best, labels, half, 1 - fold);
      for (int i = 0; i < labels.length; i++) {
        if (half[i] == fold) {
          int rank = rank(table, best.get(i), labels[i]);
          top1[i] = rank == 0;
          top5[i] = rank >= 0 && rank < Comparison.TOP;
        }
      }
    }
    NavigableMap<Integer, Integer> moved = new TreeMap<>(table(best, labels, half, -1));
    moved.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()));
    return new LearnedOrder(top1, top5, moved);
  }

  /** Whether each image's class is the best, by the table of the other half. */
  boolean[] top1() {
    return top1.clone();
  }

  /** Whether each image's class is among the best five, by the table of the other half. */
  boolean[] top5() {
    return top5.clone();
  }

  /** Number of outputs that stand for another class than that of their own number. */
  int moved() {
    return moved.size();
  }

  /**
   * Whether classes have changed places. A class that a poor model takes for another one has not:
   * it gives its place to the other, and gets none.
   */
  boolean isExchange() {
    long exchanged = moved.values().stream().filter(moved::containsKey).count();
    return moved.size() > 1 && exchanged >= EXCHANGED * moved.size();
  }

  /** Some of the classes that have changed places, for a person. */
  String describe(List<String> labels) {
    String shown =
        moved.entrySet().stream()
            .limit(SHOWN)
            .map(
                entry ->
                    "output %d (%s) is class %d (%s)"
                        .formatted(
                            entry.getKey(),
                            labels.get(entry.getKey()),
                            entry.getValue(),
                            labels.get(entry.getValue())))
            .collect(Collectors.joining(", "));
    return moved.size() > SHOWN ? shown + " ..." : shown;
  }

  /** The images of each class by turns in either half. */
  private static int[] halves(int[] labels) {
    int[] half = new int[labels.length];
    Map<Integer, Integer> seen = new HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      half[i] = seen.merge(labels[i], 1, Integer::sum) % 2;
    }
    return half;
  }

  private static int rank(Map<Integer, Integer> table, int[] best, int label) {
    for (int rank = 0; rank < best.length; rank++) {
      if (table.getOrDefault(best[rank], -1) == label) {
        return rank;
      }
    }
    return -1;
  }

  /** The table of one half of the images, or of all where {@code fold} is -1. */
  private static Map<Integer, Integer> table(List<int[]> best, int[] labels, int[] half, int fold) {
    Map<List<Integer>, Integer> pairs = new HashMap<>();
    Map<Integer, Integer> outputs = new HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      if (best.get(i).length > 0 && (fold < 0 || half[i] == fold)) {
        int output = best.get(i)[0];
        pairs.merge(Arrays.asList(output, labels[i]), 1, Integer::sum);
        outputs.merge(output, 1, Integer::sum);
      }
    }
    List<Map.Entry<List<Integer>, Integer>> frequent = new ArrayList<>(pairs.entrySet());
    frequent.sort(
        Map.Entry.<List<Integer>, Integer>comparingByValue()
            .reversed()
            .thenComparing(e -> e.getKey().get(0))
            .thenComparing(e -> e.getKey().get(1), Comparator.naturalOrder()));
    Map<Integer, Integer> table = new HashMap<>();
    Set<Integer> taken = new HashSet<>();
    for (Map.Entry<List<Integer>, Integer> pair : frequent) {
      int output = pair.getKey().get(0);
      int label = pair.getKey().get(1);
      boolean clear =
          pair.getValue() >= MIN_IMAGES
              && pair.getValue() >= MIN_SHARE * outputs.getOrDefault(output, 0);
      if (clear && !table.containsKey(output) && taken.add(label)) {
        table.put(output, label);
      }
    }
    return table;
  }
}
