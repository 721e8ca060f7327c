// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.decode.RowFormat.ElementType;
import io.sightline.job.CheckList.Check;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ScoreOutput.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Looks at the answers of a model to made images for what can't be right. */
final class TrialChecks {

  /** By how much the sum of an image's scores may differ from 1. */
  private static final double SUM_TOLERANCE = 1e-3;

  /** By how much a score may differ with the batch that the image is in. */
  private static final double FLOAT32_TOLERANCE = 1e-3;

  private static final double FLOAT16_TOLERANCE = 1e-2;

  private final ModelDescriptor model;
  private final ModelTrial trial;

  TrialChecks(ModelDescriptor model, ModelTrial trial) {
    this.model = model;
    this.trial = trial;
  }

  List<Check> run() {
    List<Check> checks = new ArrayList<>();
    checks.add(
        Check.ok(
            "session",
            "on %s, loaded in %s s (OpenCV in %s s)"
                .formatted(
                    trial.provider(),
                    Line.decimal(2, trial.loadSeconds()),
                    Line.decimal(2, trial.librarySeconds()))));
    checks.add(Check.ok("batch", batch()));
    long notFinite =
        trial.together().stream().filter(row -> !isFinite(row)).count()
            + trial.alone().stream().filter(row -> !isFinite(row)).count();
    if (notFinite > 0) {
      checks.add(
          Check.failed(
              "finite",
              "%d of %d answers have a score that is not a finite number"
                  .formatted(notFinite, trial.together().size() + trial.alone().size())));
      return checks;
    }
    checks.add(Check.ok("finite", "every score is a finite number"));
    checks.add(sums());
    checks.add(sameAnswers());
    if (spread() == 0) {
      checks.add(
          Check.warning("answers", "the same for every image: does the graph have its weights?"));
    }
    return checks;
  }

  private String batch() {
    String perImage =
        "%s ms for one, %s ms for %d (%s ms each), on one thread"
            .formatted(
                Line.decimal(1, trial.aloneMillis()),
                Line.decimal(1, trial.batchMillis()),
                trial.batch(),
                Line.decimal(1, trial.batchMillis() / trial.batch()));
    return model.input().fixedBatch() > 0
        ? "fixed at %d, images fill it or are padded: %s".formatted(trial.batch(), perImage)
        : "of any size: " + perImage;
  }

  private Check sums() {
    double[] sums = rows().mapToDouble(TrialChecks::sum).toArray();
    double least = DoubleStream.of(sums).min().orElse(1);
    double most = DoubleStream.of(sums).max().orElse(1);
    boolean areShares = rows().allMatch(TrialChecks::isBetweenZeroAndOne);
    String range = "%s to %s".formatted(Line.decimal(4, least), Line.decimal(4, most));
    boolean sumsToOne = Math.abs(least - 1) <= SUM_TOLERANCE && Math.abs(most - 1) <= SUM_TOLERANCE;
    if (model.output().activation() == Activation.SIGMOID) {
      return Check.ok("scores", "each between 0 and 1, of any number of classes (sigmoid)");
    }
    if (areShares && sumsToOne) {
      return isFlat()
          ? Check.warning(
              "scores",
              "as flat as softmax of a softmax makes them: does the graph end in one of its own? model.apply-softmax: false would leave it at that")
          : Check.ok("scores", "of each image sum to 1 (%s)".formatted(range));
    }
    return areShares
        ? Check.ok(
            "scores",
            "each between 0 and 1, but of an image they sum to %s: right for a model of several classes an image"
                .formatted(range))
        : Check.warning(
            "scores",
            "are no probabilities (of an image they sum to %s): model.apply-softmax: true would make them such"
                .formatted(range));
  }

  /**
   * Whether no score is above what softmax can make of values between 0 and 1: {@code e / (e + C -
   * 1)}.
   */
  private boolean isFlat() {
    double bound = Math.E / (Math.E + model.classes() - 1) + 1e-6;
    return model.output().activation() == Activation.SOFTMAX
        && rows().allMatch(row -> best(row) <= bound);
  }

  private Check sameAnswers() {
    double most = 0;
    for (int i = 0; i < trial.together().size(); i++) {
      most = Math.max(most, difference(trial.alone().get(i), trial.together().get(i)));
    }
    double tolerance =
        model.output().type() == ElementType.FLOAT16
                || model.input().format().type() == ElementType.FLOAT16
            ? FLOAT16_TOLERANCE
            : FLOAT32_TOLERANCE;
    String figure = "the largest difference of a score is %.1e".formatted(most);
    String sizes = trial.batch() == 1 ? "twice" : "alone and in a batch of " + trial.batch();
    return most <= tolerance
        ? Check.ok("same answers", "%s: %s".formatted(sizes, figure))
        : Check.failed(
            "same answers",
            "an image has other scores %s: %s. Do its neighbours count (dynamic quantisation)? batch.max-size: 1 would avoid it"
                .formatted(sizes, figure));
  }

  /** Largest difference relative to the size of the scores, which for probabilities is 1. */
  private static double difference(float[] a, float[] b) {
    double most = 0;
    double size = 1;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs((double) a[i] - b[i]));
      size = Math.max(size, Math.abs(a[i]));
    }
    return most / size;
  }

  private double spread() {
    double most = 0;
    for (float[] row : trial.alone()) {
      most = Math.max(most, difference(row, trial.alone().get(0)));
    }
    return most;
  }

  private Stream<float[]> rows() {
    return trial.together().stream();
  }

  private static boolean isFinite(float[] row) {
    for (float score : row) {
      if (!Float.isFinite(score)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBetweenZeroAndOne(float[] row) {
    for (float score : row) {
      if (score < 0 || score > 1 + SUM_TOLERANCE) {
        return false;
      }
    }
    return true;
  }

  private static double sum(float[] row) {
    double sum = 0;
    for (float score : row) {
      sum += score;
    }
    return sum;
  }

  private static double best(float[] row) {
    double best = row[0];
    for (float score : row) {
      best = Math.max(best, score);
    }
    return best;
  }
}
