// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.evaluate.EvaluationCounts.Rejected;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What counts say about a model. Everything is computed from whole numbers and exact sums, in the
 * order of class ids, so that equal counts give equal figures to the last bit. A figure that
 * nothing was measured for is NaN. Immutable.
 *
 * @param classes number of classes of the model
 * @param images classified images that have a label: what top-1 and top-k are shares of
 * @param withoutClass those of them for which the event has no class; they are wrong
 * @param rejections by stage, then by reason; they are no part of any other figure
 * @param top1 images whose best class is their label
 * @param topK one entry for each k of the rules
 * @param perClass every class that occurs as a label or as a prediction, by class id:
 *     scikit-learn's labels where none are given. An image without a class adds to the support of
 *     its label and to no predictions.
 * @param macroAverage means over {@code perClass}, scikit-learn's {@code average='macro'}
 * @param weightedAverage the same weighted by support, scikit-learn's {@code average='weighted'}
 * @param confusedPairs the most frequent pairs of a label and another class, by falling count, then
 *     by label and predicted class
 * @param calibration confidence against accuracy
 * @param negativeLogLikelihood mean of -ln(score of the label) over {@code logLossImages}, as
 *     scikit-learn's {@code log_loss} has it for float32
 * @param logLossImages the images that have such a score: see {@link EvaluationCounts}
 */
public record EvaluationMetrics(
    int classes,
    long images,
    long withoutClass,
    List<Rejections> rejections,
    Proportion top1,
    List<TopK> topK,
    List<ClassScores> perClass,
    Averages macroAverage,
    Averages weightedAverage,
    List<ConfusedPair> confusedPairs,
    Calibration calibration,
    double negativeLogLikelihood,
    long logLossImages) {

  public EvaluationMetrics {
    rejections = List.copyOf(rejections);
    topK = List.copyOf(topK);
    perClass = List.copyOf(perClass);
    confusedPairs = List.copyOf(confusedPairs);
  }

  /** Rejections for one reason. */
  public record Rejections(String stage, String reason, long count) {}

  /**
   * Images whose label is among the k best classes.
   *
   * @param fewerClasses whether the model has fewer classes than k: every image is a hit then, as
   *     PaddleX counts it, and the figure says nothing
   */
  public record TopK(int k, boolean fewerClasses, Proportion result) {}

  /** Means over classes. */
  public record Averages(double precision, double recall, double f1) {}

  /**
   * Images of one class that were taken for another.
   *
   * @param result how many of the images with this label
   */
  public record ConfusedPair(int label, int predicted, Proportion result) {}

  /**
   * Whether the model is right as often as its confidence says.
   *
   * @param images those with a confidence from 0 to 1; the others are left out here
   * @param expectedCalibrationError mean over the images of the distance between accuracy and mean
   *     confidence of their bin: Guo et al., On Calibration of Modern Neural Networks (2017)
   */
  public record Calibration(
      long images, double meanConfidence, double expectedCalibrationError, List<Bin> bins) {

    public Calibration {
      bins = List.copyOf(bins);
    }
  }

  /** The images with a confidence above the lower and up to the upper bound. */
  public record Bin(double lower, double upper, Proportion accuracy, double meanConfidence) {}

  /**
   * The metrics of counts.
   *
   * @param maxConfusedPairs how many of the most confused pairs are wanted
   */
  public static EvaluationMetrics of(EvaluationCounts counts, int maxConfusedPairs) {
    CountingRules rules = counts.rules();
    Sums sums = new Sums(rules.classes(), maxConfusedPairs);
    counts.confusion().forEach(sums);
    List<ClassScores> perClass = sums.perClass();
    return new EvaluationMetrics(
        rules.classes(),
        counts.images(),
        sums.withoutClass,
        rejections(counts),
        new Proportion(sums.hits, counts.images()),
        topK(counts),
        perClass,
        averages(perClass, scores -> 1),
        averages(perClass, ClassScores::support),
        sums.mostConfused(),
        calibration(counts.calibration()),
        counts.logLoss().mean(counts.logLossImages()),
        counts.logLossImages());
  }

  /** How many records and images were rejected. */
  public long rejected() {
    return rejections.stream().mapToLong(Rejections::count).sum();
  }

  private static List<Rejections> rejections(EvaluationCounts counts) {
    List<Rejections> rejections = new ArrayList<>();
    for (Map.Entry<Rejected, Long> entry : counts.rejections().entrySet()) {
      Rejected why = entry.getKey();
      rejections.add(new Rejections(why.stage(), why.reason(), entry.getValue()));
    }
    return rejections;
  }

  private static List<TopK> topK(EvaluationCounts counts) {
    CountingRules rules = counts.rules();
    List<TopK> topK = new ArrayList<>();
    for (int i = 0; i < rules.topK().size(); i++) {
      int k = rules.topK().get(i);
      Proportion result = new Proportion(counts.hits(i), counts.images());
      topK.add(new TopK(k, k > rules.classes(), result));
    }
    return topK;
  }

  private static Averages averages(List<ClassScores> perClass, ToLongFunction<ClassScores> weight) {
    return new Averages(
        average(perClass, weight, ClassScores::precision),
        average(perClass, weight, ClassScores::recall),
        average(perClass, weight, ClassScores::f1));
  }

  private static double average(
      List<ClassScores> perClass,
      ToLongFunction<ClassScores> weight,
      ToDoubleFunction<ClassScores> score) {
    double weights = 0;
    double total = 0;
    for (ClassScores scores : perClass) {
      total += weight.applyAsLong(scores) * score.applyAsDouble(scores);
      weights += weight.applyAsLong(scores);
    }
    return total / weights;
  }

  private static Calibration calibration(CalibrationCounts counts) {
    List<Bin> bins = new ArrayList<>(counts.bins());
    BigDecimal distances = BigDecimal.ZERO;
    for (int bin = 0; bin < counts.bins(); bin++) {
      long images = counts.images(bin);
      ExactSum confidences = counts.confidences(bin);
      bins.add(
          new Bin(
              (double) bin / counts.bins(),
              (bin + 1.0) / counts.bins(),
              new Proportion(counts.hits(bin), images),
              confidences.mean(images)));
      BigDecimal hits = BigDecimal.valueOf(counts.hits(bin));
      distances = distances.add(confidences.value().subtract(hits).abs());
    }
    long images = counts.images();
    return new Calibration(
        images, counts.confidences().mean(images), ExactSum.quotient(distances, images), bins);
  }

  /** Sums over the confusion matrix, taken in one pass. */
  private static final class Sums implements ConfusionCounts.PairConsumer {

    private static final Comparator<long[]> MOST_CONFUSED_FIRST =
        Comparator.comparingLong((long[] pair) -> -pair[2])
            .thenComparingLong(pair -> pair[0])
            .thenComparingLong(pair -> pair[1]);

    private final long[] support;
    private final long[] predictions;
    private final long[] truePositives;
    private final int maxConfused;

    /** Label, predicted class and count of the most confused pairs so far, the least first. */
    private final PriorityQueue<long[]> confused =
        new PriorityQueue<>(MOST_CONFUSED_FIRST.reversed());

    private long hits;
    private long withoutClass;

    Sums(int classes, int maxConfused) {
      this.maxConfused = maxConfused;
      support = new long[classes];
      predictions = new long[classes];
      truePositives = new long[classes];
    }

    @Override
    public void accept(int label, int predicted, long count) {
      support[label] += count;
      if (predicted == ConfusionCounts.NO_CLASS) {
        withoutClass += count;
        return;
      }
      predictions[predicted] += count;
      if (label == predicted) {
        truePositives[label] += count;
        hits += count;
      } else {
        addConfused(label, predicted, count);
      }
    }

    private void addConfused(int label, int predicted, long count) {
      if (maxConfused == 0 || (confused.size() == maxConfused && count < confused.element()[2])) {
        return; // most pairs end here, and make no garbage
      }
      long[] pair = {label, predicted, count};
      if (confused.size() < maxConfused) {
        confused.add(pair);
      } else if (MOST_CONFUSED_FIRST.compare(pair, confused.element()) < 0) {
        confused.remove();
        confused.add(pair);
      }
    }

    List<ClassScores> perClass() {
      List<ClassScores> perClass = new ArrayList<>();
      for (int id = 0; id < support.length; id++) {
        if (support[id] > 0 || predictions[id] > 0) {
          perClass.add(new ClassScores(id, support[id], predictions[id], truePositives[id]));
        }
      }
      return perClass;
    }

    List<ConfusedPair> mostConfused() {
      return confused.stream()
          .sorted(MOST_CONFUSED_FIRST)
          .map(
              pair ->
                  new ConfusedPair(
                      (int) pair[0],
                      (int) pair[1],
                      new Proportion(pair[2], support[(int) pair[0]])))
          .toList();
    }
  }
}
