// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.classify.TopK;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a model answered in one setup: of each image that was run the best classes, and the shape of
 * its scores. Thread-safe.
 */
final class Answers {

  /** Classes that are kept of an image: enough to see a right one come nearer. */
  private static final int KEPT = 20;

  private static final Answer REJECTED = new Answer(new int[0], null);

  private final AtomicReferenceArray<@Nullable Answer> answers;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(int[] best, @Nullable ScoreShape shape) {}

  Answers(int images) {
    answers = new AtomicReferenceArray<>(images);
  }

  /**
   * Keeps the answer for an image.
   *
   * @param scores one a class; where one is not finite the image counts as rejected
   */
  void set(int image, float[] scores) {
    if (!TopK.allFinite(scores)) {
      setRejected(image);
      return;
    }
    int[] best =
        TopK.of(scores, KEPT, Float.NEGATIVE_INFINITY).classIds().stream()
            .mapToInt(Integer::intValue)
            .toArray();
    answers.set(image, new Answer(best, ScoreShape.of(scores)));
  }

  void setRejected(int image) {
    answers.set(image, REJECTED);
  }

  boolean has(int image) {
    return answers.get(image) != null;
  }

  /** Best classes first; empty where there is no answer. */
  int[] best(int image) {
    Answer answer = answers.get(image);
    return answer == null ? REJECTED.best : answer.best;
  }

  /** Null where there is no answer. */
  @Nullable ScoreShape shape(int image) {
    Answer answer = answers.get(image);
    return answer == null ? null : answer.shape;
  }
}
