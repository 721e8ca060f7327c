// SPDX-License-Identifier: Apache-2.0
package io.sightline.examples;

import io.sightline.predict.ImageClassifier;
import io.sightline.predict.Input;
import io.sightline.predict.PredictSettings;
import io.sightline.predict.Prediction;
import io.sightline.predict.Sightline;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Predictions in Java. */
final class PredictExample {

  private PredictExample() {}

  static void one(Path model, Path image) throws Exception {
    // README: one image
    try (ImageClassifier classifier = Sightline.load(model)) {
      classifier.predict(image).print();
    }
    // README: end
  }

  static void many(Path model, List<Input> inputs) throws Exception {
    // README: many images
    PredictSettings settings = PredictSettings.defaults().withTopK(1).withBatchSize(8);
    try (ImageClassifier classifier = Sightline.load(model, settings);
        Stream<Prediction> predictions = classifier.predictAll(inputs)) {
      predictions.forEach(Prediction::print);
    }
    // README: end
  }
}
