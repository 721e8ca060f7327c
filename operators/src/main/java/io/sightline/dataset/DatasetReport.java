// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the check of a PaddleX data set found. Immutable.
 *
 * @param root the folder with {@code label.txt} and the lists, absolute
 * @param labels names of the classes by id; ids may be left out
 * @param splits {@code train}, {@code val} and, where there is one, {@code test}, in this order; of
 *     a data set that did not pass only those that could be read
 * @param errors what breaks PaddleX's rules, a message a rule
 * @param warnings what else is wrong, a message a rule
 */
public record DatasetReport(
    Path root,
    SortedMap<Integer, String> labels,
    List<Split> splits,
    List<String> errors,
    List<String> warnings) {

  public DatasetReport {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    splits = List.copyOf(splits);
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  /**
   * One split of the data set.
   *
   * @param name {@code train}, {@code val} or {@code test}
   * @param images lines of its list
   * @param imagesByClass how many of them are of a class, by id; classes without images are not in
   *     it, ids that are no class's may be
   * @param samples at most 10 images that can be read, those that PaddleX would draw
   */
  public record Split(
      String name,
      int images,
      SortedMap<Integer, Integer> imagesByClass,
      List<LabelledImage> samples) {

    public Split {
      imagesByClass = Collections.unmodifiableSortedMap(new TreeMap<>(imagesByClass));
      samples = List.copyOf(samples);
    }
  }

  /** Whether the data set keeps PaddleX's rules; there may be warnings. */
  public boolean passed() {
    return errors.isEmpty();
  }

  /** How many classes the largest id stands for, as PaddleX counts them. */
  public int classes() {
    return labels.isEmpty() ? 0 : labels.lastKey() + 1;
  }

  /**
   * The split of a name.
   *
   * @throws IllegalArgumentException where it has none
   */
  public Split split(String name) {
    return splits.stream()
        .filter(split -> split.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(root + " has no split " + name));
  }
}
