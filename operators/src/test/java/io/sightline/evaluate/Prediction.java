// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** One labelled outcome of a test. */
public record Prediction(int label, List<Integer> classIds, List<Float> scores) {

  static Prediction of(int label, int predicted, double confidence) {
    return new Prediction(label, List.of(predicted), List.of((float) confidence));
  }

  /**
   * As a model with a softmax gives them: scores with many ties that add up to about 1, the label
   * among the best more often than not, some classes never the label, cut off at a random number of
   * classes, and now and then none at all.
   */
  static List<Prediction> random(SplittableRandom random, int count, int classes) {
    return random(random, count, classes, random.nextInt(1, classes + 3));
  }

  static List<Prediction> random(SplittableRandom random, int count, int classes, int topK) {
    List<Prediction> predictions = new ArrayList<>();
    int labels = random.nextInt(1, classes + 1);
    for (int i = 0; i < count; i++) {
      int label = random.nextInt(labels);
      float[] scores = new float[classes];
      float sum = 0;
      for (int id = 0; id < classes; id++) {
        scores[id] = random.nextInt(8) + (id == label ? 3 : 0);
        sum += scores[id];
      }
      for (int id = 0; id < classes && sum > 0; id++) {
        scores[id] /= sum;
      }
      int given = random.nextInt(20) == 0 ? 0 : topK;
      List<Integer> best =
          IntStream.range(0, classes)
              .boxed()
              .sorted(Comparator.comparing((Integer id) -> scores[id]).reversed())
              .limit(given)
              .toList();
      predictions.add(new Prediction(label, best, best.stream().map(id -> scores[id]).toList()));
    }
    return predictions;
  }

  static EvaluationCounts count(CountingRules rules, List<Prediction> predictions) {
    EvaluationCounts counts = new EvaluationCounts(rules);
    predictions.forEach(p -> counts.add(p.label(), p.classIds(), p.scores()));
    return counts;
  }
}
