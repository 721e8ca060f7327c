// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of a list of predictions, each from the whole list and by its definition: plain,
 * slow, and sharing nothing with what it checks.
 */
public record SlowEvaluation(int classes, List<Prediction> predictions) {

  private long count(Predicate<Prediction> what) {
    return predictions.stream().filter(what).count();
  }

  /** -1 where there is none. */
  private static int best(Prediction p) {
    return p.classIds().isEmpty() ? -1 : p.classIds().get(0);
  }

  private static boolean hit(Prediction p) {
    return best(p) == p.label();
  }

  long topK(int k) {
    return classes < k
        ? predictions.size()
        : count(p -> p.classIds().stream().limit(k).toList().contains(p.label()));
  }

  SortedSet<Integer> occurring() {
    SortedSet<Integer> occurring = new TreeSet<>();
    for (Prediction p : predictions) {
      occurring.add(p.label());
      occurring.add(best(p));
    }
    occurring.remove(-1);
    return occurring;
  }

  long support(int id) {
    return count(p -> p.label() == id);
  }

  long predicted(int id) {
    return count(p -> best(p) == id);
  }

  long truePositives(int id) {
    return count(p -> p.label() == id && best(p) == id);
  }

  double precision(int id) {
    return predicted(id) == 0 ? 0 : (double) truePositives(id) / predicted(id);
  }

  double recall(int id) {
    return support(id) == 0 ? 0 : (double) truePositives(id) / support(id);
  }

  double f1(int id) {
    double sum = precision(id) + recall(id);
    return sum == 0 ? 0 : 2 * precision(id) * recall(id) / sum;
  }

  double macro(ToDoubleFunction<Integer> score) {
    return occurring().stream().mapToDouble(score).average().orElse(Double.NaN);
  }

  /** An image at a time: each brings the score of its label. */
  double weighted(ToDoubleFunction<Integer> score) {
    return predictions.stream()
        .mapToDouble(p -> score.applyAsDouble(p.label()))
        .average()
        .orElse(Double.NaN);
  }

  /** Label, predicted class and count. */
  List<List<Long>> confusedPairs() {
    Map<List<Integer>, Long> counts = new HashMap<>();
    for (Prediction p : predictions) {
      if (!hit(p) && best(p) != -1) {
        counts.merge(List.of(p.label(), best(p)), 1L, Long::sum);
      }
    }
    List<List<Long>> pairs = new ArrayList<>();
    counts.forEach(
        (pair, count) -> pairs.add(List.of((long) pair.get(0), (long) pair.get(1), count)));
    pairs.sort(
        Comparator.comparing((List<Long> pair) -> -pair.get(2))
            .thenComparing(pair -> pair.get(0))
            .thenComparing(pair -> pair.get(1)));
    return pairs;
  }

  List<Prediction> inBin(int bin, int bins) {
    return predictions.stream()
        .filter(p -> best(p) != -1)
        .filter(
            p -> {
              BigDecimal scaled =
                  new BigDecimal(p.scores().get(0)).multiply(BigDecimal.valueOf(bins));
              boolean above = scaled.compareTo(BigDecimal.valueOf(bin)) > 0;
              boolean upTo = scaled.compareTo(BigDecimal.valueOf(bin + 1)) <= 0;
              return (above && upTo) || (bin == 0 && scaled.signum() == 0);
            })
        .toList();
  }

  static long hits(List<Prediction> predictions) {
    return predictions.stream().filter(SlowEvaluation::hit).count();
  }

  /** The double next to the exact mean. */
  static double meanConfidence(List<Prediction> predictions) {
    List<Prediction> confident = predictions.stream().filter(p -> best(p) != -1).toList();
    return confident.isEmpty()
        ? Double.NaN
        : confident.stream()
            .map(p -> new BigDecimal(p.scores().get(0)))
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .divide(BigDecimal.valueOf(confident.size()), MathContext.DECIMAL128)
            .doubleValue();
  }

  double expectedCalibrationError(int bins) {
    double error = 0;
    long images = count(p -> best(p) != -1);
    for (int bin = 0; bin < bins; bin++) {
      List<Prediction> in = inBin(bin, bins);
      if (!in.isEmpty()) {
        double accuracy = (double) hits(in) / in.size();
        error += Math.abs(accuracy - meanConfidence(in)) * in.size() / images;
      }
    }
    return images == 0 ? Double.NaN : error;
  }

  List<Double> losses() {
    List<Double> losses = new ArrayList<>();
    double epsilon = Math.ulp(1f);
    for (Prediction p : predictions) {
      int rank = p.classIds().indexOf(p.label());
      if (rank >= 0) {
        losses.add(-Math.log(Math.max(epsilon, Math.min(1 - epsilon, p.scores().get(rank)))));
      }
    }
    return losses;
  }
}
