// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.model.ScoreOutput.Activation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the scores of a model as configured: whether they are scores at all, or what softmax
 * makes of scores. Accuracy does not show it, since softmax keeps the order of its values.
 */
final class ScoreCheck {

  /** Part of the images that must show it. */
  private static final double MOST = 0.95;

  /** The best of scores that say something is so many times that of equal ones. */
  private static final double FLAT = 2;

  private final List<ScoreShape> shapes;

  /** A check of the scores of these images. */
  ScoreCheck(List<ScoreShape> shapes) {
    this.shapes = List.copyOf(shapes);
  }

  /** Mean score of the best class. */
  double meanConfidence() {
    return shapes.stream().mapToDouble(ScoreShape::best).average().orElse(Double.NaN);
  }

  /**
   * What is wrong with the scores.
   *
   * @param activation that was applied to the graph's answers
   * @param accuracy part of the images whose best class is right, once other mistakes are mended
   * @return null where nothing was found
   */
  @Nullable Finding find(Activation activation, double accuracy) {
    long noScores = shapes.stream().filter(shape -> !shape.isProbabilities()).count();
    if (activation == Activation.NONE && 2 * noScores > shapes.size()) {
      return new Finding(
          List.of(Cause.SOFTMAX),
          "softmax is missing: the graph answers logits, and they are taken for scores",
          List.of(
              "set model.apply-softmax: true (auto applies it unless the graph ends in softmax)"),
          null,
          String.format(
              Locale.ROOT,
              "best scores are %.3g in the mean, and %.3g is the lowest score; scores are between 0 and 1, and those of an image sum to 1",
              meanConfidence(),
              shapes.stream().mapToDouble(ScoreShape::lowest).min().orElseThrow()));
    }
    return isAppliedTwice(accuracy) ? twice(activation, accuracy) : null;
  }

  private boolean isAppliedTwice(double accuracy) {
    long twice = shapes.stream().filter(ScoreShape::isSoftmaxOfScores).count();
    boolean flat = shapes.stream().allMatch(shape -> shape.innerBest() * shape.classes() < FLAT);
    double inner = innerConfidence();
    boolean nearer = Math.abs(inner - accuracy) < Math.abs(meanConfidence() - accuracy);
    return twice >= MOST * shapes.size() && !flat && nearer && inner > meanConfidence();
  }

  private Finding twice(Activation activation, double accuracy) {
    return new Finding(
        List.of(Cause.SOFTMAX),
        "softmax is applied twice: the scores of all classes are nearly the same",
        List.of(
            activation == Activation.SOFTMAX
                ? "set model.apply-softmax: false (auto does so where the graph ends in softmax)"
                : "export the graph without its second softmax"),
        null,
        String.format(
            Locale.ROOT,
            "the best score is %.4f in the mean, and %.4f once one softmax is undone; %.4f of the images are right",
            meanConfidence(),
            innerConfidence(),
            accuracy));
  }

  private double innerConfidence() {
    return shapes.stream().mapToDouble(ScoreShape::innerBest).average().orElse(Double.NaN);
  }
}
