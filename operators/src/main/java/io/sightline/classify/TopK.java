// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import java.util.ArrayList;
import java.util.List;

/**
 * The best classes of one image: at most k, best first, each with a score of at least a minimum.
 * Equal scores keep the order of their class ids. Immutable.
 *
 * @param classIds best first
 * @param scores in the order of {@code classIds}
 */
public record TopK(List<Integer> classIds, List<Float> scores) {

  /**
   * Selects the best classes.
   *
   * @param scores one score a class, all finite
   */
  public static TopK of(float[] scores, int k, float minScore) {
    int size = Math.min(k, scores.length);
    int[] best = new int[size];
    int found = 0;
    for (int id = 0; id < scores.length; id++) {
      float score = scores[id];
      if (score < minScore || (found == size && score <= scores[best[found - 1]])) {
        continue;
      }
      int at = found < size ? found++ : size - 1;
      while (at > 0 && score > scores[best[at - 1]]) {
        best[at] = best[at - 1];
        at--;
      }
      best[at] = id;
    }
    List<Integer> classIds = new ArrayList<>(found);
    List<Float> kept = new ArrayList<>(found);
    for (int i = 0; i < found; i++) {
      classIds.add(best[i]);
      kept.add(scores[best[i]]);
    }
    return new TopK(classIds, kept);
  }

  /** Whether all scores are numbers, as {@link #of} needs them. */
  public static boolean allFinite(float[] scores) {
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        return false;
      }
    }
    return true;
  }
}
