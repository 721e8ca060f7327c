// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.testing.Records;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events of tests. */
final class Events {

  private Events() {}

  static ClassificationEvent of(String id, @Nullable String label, Prediction prediction) {
    return ClassificationEvent.newBuilder(Records.event(id))
        .setLabel(label)
        .setClassIds(prediction.classIds())
        .setScores(prediction.scores())
        .setLabelNames(prediction.classIds().stream().map(String::valueOf).toList())
        .build();
  }

  /** An event without a label. */
  static ClassificationEvent of(String id) {
    return of(id, null, Prediction.of(0, 0, 0.5));
  }

  /** A labelled event with one class. */
  static ClassificationEvent of(int label, int predicted) {
    return of("id", Integer.toString(label), Prediction.of(label, predicted, 0.5));
  }

  /** Their model, with so many classes. */
  static EvaluationSubject subject(int classes) {
    return new EvaluationSubject("m", null, Records.MODEL_FINGERPRINT, names(classes), null, null);
  }

  /** Names of so many classes. */
  static List<String> names(int classes) {
    return java.util.stream.IntStream.range(0, classes).mapToObj(id -> "class " + id).toList();
  }
}
