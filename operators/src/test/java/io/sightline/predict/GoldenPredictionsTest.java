// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.testing.SharedFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Answers against those of an independent implementation, on real images. */
class GoldenPredictionsTest {

  @Test
  void theBestFiveOfEveryImageAreThoseOfTheReferenceAtEveryBatchSize() throws Exception {
    JsonNode golden =
        new ObjectMapper()
            .readTree(SharedFolder.resolve("golden/squeezenet1_1-imagenet-200.json").toFile())
            .get("predictions");
    Path images = SharedFolder.resolve("images/imagenet-200/images");
    List<Input> inputs = new ArrayList<>();
    for (Map.Entry<String, JsonNode> image : golden.properties()) {
      inputs.add(Input.of(images.resolve(image.getKey())));
    }
    for (int batchSize : new int[] {1, 7, 32}) {
      PredictSettings settings = PredictSettings.defaults().withBatchSize(batchSize);
      try (ImageClassifier classifier =
              Sightline.load(SharedFolder.resolve("models/squeezenet1_1"), settings);
          Stream<Prediction> predictions = classifier.predictAll(inputs)) {
        int next = 0;
        for (Prediction prediction : (Iterable<Prediction>) predictions::iterator) {
          Path file = Path.of(prediction.inputPath());
          assertThat(Input.of(file)).isEqualTo(inputs.get(next++));
          JsonNode expected = golden.get(file.getFileName().toString());
          for (int i = 0; i < 5; i++) {
            assertThat(prediction.classIds().get(i))
                .as("class %d of %s", i, file)
                .isEqualTo(expected.get("class_ids").get(i).intValue());
            assertThat(prediction.scores().get(i))
                .isCloseTo(expected.get("scores").get(i).floatValue(), within(1e-4f));
          }
        }
        assertThat(next).isEqualTo(inputs.size()).isEqualTo(200);
      }
    }
  }
}
