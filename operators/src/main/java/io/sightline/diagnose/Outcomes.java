// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.dataset.LabelledImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Which images are right with a change. Of the images of the trials only those count that can be
 * run as configured. Not thread-safe.
 */
final class Outcomes {

  private final Trials trials;
  private final List<ClassReading> readings;
  private final int[] indexes;
  private final int[] labels;
  private final Setup base;

  /**
   * @param base what the trials have run on all images
   * @param readings tried where a change itself has none
   */
  Outcomes(Trials trials, Setup base, List<ClassReading> readings) {
    this.trials = trials;
    this.base = base;
    this.readings = new ArrayList<>(readings);
    this.readings.add(ClassReading.AS_IT_IS);
    List<LabelledImage> images = trials.images();
    Answers answers = trials.answers(base);
    List<Integer> usable = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      if (answers.best(i).length > 0) {
        usable.add(i);
      }
    }
    this.indexes = usable.stream().mapToInt(Integer::intValue).toArray();
    this.labels =
        usable.stream().mapToInt(i -> Objects.requireNonNull(images.get(i).classId())).toArray();
  }

  /** Number of images that count. */
  int size() {
    return indexes.length;
  }

  /** Indexes in the trials of the first images that count. */
  int[] first(int size) {
    return Arrays.copyOf(indexes, Math.min(size, indexes.length));
  }

  /** Class of each image. */
  int[] labels() {
    return labels.clone();
  }

  /** The scores of each image as configured. */
  List<ScoreShape> shapesAsConfigured() {
    Answers answers = trials.answers(base);
    return Arrays.stream(indexes)
        .mapToObj(index -> Objects.requireNonNull(answers.shape(index)))
        .toList();
  }

  /** The best classes of each image as configured. */
  List<int[]> bestAsConfigured() {
    Answers answers = trials.answers(base);
    List<int[]> best = new ArrayList<>();
    for (int index : indexes) {
      best.add(answers.best(index));
    }
    return best;
  }

  /** Whether the best class of each image is right as configured. */
  boolean[] asConfigured() {
    return correct(base, ClassReading.AS_IT_IS, 1);
  }

  /** Whether the class of each image is among its best {@code k}; all must have been run. */
  boolean[] correct(Change change, int k) {
    return correct(change.setup(), change.reading(), k);
  }

  boolean[] correct(Setup setup, ClassReading reading, int k) {
    Answers answers = trials.answers(setup);
    boolean[] correct = new boolean[indexes.length];
    for (int i = 0; i < indexes.length; i++) {
      int rank = reading.rank(answers.best(indexes[i]), labels[i]);
      correct[i] = rank >= 0 && rank < k;
    }
    return correct;
  }

  /**
   * How near the right classes are to the best ones on the first images, a mean reciprocal rank: it
   * shows sooner than accuracy what is worth a trial. A change that has no reading of its own is
   * given the one that suits it best.
   */
  double promise(Change change, int size) {
    if (change.readsClasses()) {
      return reciprocalRank(change.setup(), change.reading(), size);
    }
    return readings.stream()
        .mapToDouble(reading -> reciprocalRank(change.setup(), reading, size))
        .max()
        .orElse(0);
  }

  /** Whether anything comes out differently on the first images with the change. */
  boolean hasEffect(Change change, int size) {
    Answers changed = trials.answers(change.setup());
    Answers configured = trials.answers(base);
    return change.readsClasses()
        || Arrays.stream(first(size))
            .anyMatch(image -> !Arrays.equals(changed.best(image), configured.best(image)));
  }

  private double reciprocalRank(Setup setup, ClassReading reading, int size) {
    Answers answers = trials.answers(setup);
    int images = Math.min(size, indexes.length);
    double sum = 0;
    for (int i = 0; i < images; i++) {
      int rank = reading.rank(answers.best(indexes[i]), labels[i]);
      sum += rank < 0 ? 0 : 1.0 / (1 + rank);
    }
    return images == 0 ? 0 : sum / images;
  }
}
