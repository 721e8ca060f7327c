// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Finds the key or name that a user may have meant. */
public final class NearestKey {

  private NearestKey() {}

  /** The known key with the fewest edits to it, or null where none is near. */
  public static @Nullable String of(String key, Collection<String> known) {
    int most = Math.max(2, key.length() / 3);
    return known.stream()
        .filter(candidate -> Math.abs(candidate.length() - key.length()) <= most)
        .map(candidate -> new Candidate(candidate, distance(key, candidate)))
        .filter(candidate -> candidate.distance() <= most)
        .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::key))
        .map(Candidate::key)
        .orElse(null);
  }

  private record Candidate(String key, int distance) {}

  /** Levenshtein distance. */
  static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[b.length()];
  }
}
