// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Answers of an independent implementation, by file name.
 *
 * @param images folder of the images
 */
record Golden(Path images, Map<String, Answer> answers) {

  /** Top-5 of one image, best first, and its true class. */
  record Answer(List<Integer> classIds, List<Float> scores, int label) {}

  static Golden squeezenet() throws IOException {
    JsonNode file =
        new ObjectMapper()
            .readTree(SharedFolder.resolve("golden/squeezenet1_1-imagenet-200.json").toFile());
    Map<String, Answer> answers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> image : file.get("predictions").properties()) {
      List<Integer> ids = new ArrayList<>();
      image.getValue().get("class_ids").forEach(id -> ids.add(id.intValue()));
      List<Float> scores = new ArrayList<>();
      image.getValue().get("scores").forEach(score -> scores.add(score.floatValue()));
      answers.put(
          image.getKey(), new Answer(ids, scores, image.getValue().get("label").intValue()));
    }
    return new Golden(SharedFolder.resolve("images/imagenet-200/images"), answers);
  }

  static Path model() {
    return SharedFolder.resolve("models/squeezenet1_1");
  }

  /** One reference an image; the file name is its id. */
  List<ImageReference> references() {
    return answers.entrySet().stream()
        .map(
            image ->
                ImageReference.newBuilder()
                    .setId(image.getKey())
                    .setUri(images.resolve(image.getKey()).toUri().toString())
                    .setLabel(Integer.toString(image.getValue().label()))
                    .setAttributes(Map.of("file", image.getKey()))
                    .build())
        .toList();
  }
}
