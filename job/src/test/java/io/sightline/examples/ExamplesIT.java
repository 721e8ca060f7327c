// SPDX-License-Identifier: Apache-2.0
package io.sightline.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.predict.Input;
import io.sightline.testing.SharedFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples, run on real images. */
class ExamplesIT {

  private static final int IMAGES = 12;

  private final List<Path> images = new ArrayList<>();
  private final List<String> bestLabels = new ArrayList<>();
  private Path model = Path.of("");

  @BeforeEach
  void findImages() throws Exception {
    model = SharedFolder.resolve("models/squeezenet1_1");
    List<String> labels = Files.readAllLines(SharedFolder.resolve("data/imagenet1k_labels.txt"));
    JsonNode golden =
        new ObjectMapper()
            .readTree(SharedFolder.resolve("golden/squeezenet1_1-imagenet-200.json").toFile())
            .get("predictions");
    for (Map.Entry<String, JsonNode> image : golden.properties()) {
      if (images.size() < IMAGES) {
        images.add(SharedFolder.resolve("images/imagenet-200/images").resolve(image.getKey()));
        bestLabels.add(labels.get(image.getValue().get("class_ids").get(0).intValue()));
      }
    }
  }

  @Test
  void oneImageIsPredictedInThreeLines() throws Exception {
    assertThat(printed(() -> PredictExample.one(model, images.get(0))))
        .singleElement(STRING)
        .startsWith("{'res': {'input_path': '" + images.get(0) + "'")
        .contains(bestLabels.get(0));
  }

  @Test
  void manyImagesAreStreamedInTheirOrder() throws Exception {
    List<Input> inputs = images.stream().map(Input::of).toList();
    List<String> lines = printed(() -> PredictExample.many(model, inputs));
    assertThat(lines).hasSize(IMAGES);
    for (int i = 0; i < IMAGES; i++) {
      assertThat(lines.get(i))
          .startsWith("{'res': {'input_path': '" + images.get(i) + "'")
          .contains(bestLabels.get(i));
    }
  }

  @Test
  void aJobOfOnesOwnClassifiesImages(@TempDir Path folder) throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.jpg"), "no image");
    List<String> uris = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      uris.add(images.get(i).toUri().toString());
      expected.add(images.get(i).toUri() + ": " + bestLabels.get(i));
    }
    uris.add(broken.toUri().toString());
    expected.add(broken.toUri() + ": unsupported-format");

    List<String> lines = printed(() -> OwnJobExample.run(model.toString(), uris));
    // Flink's print writes the number of the subtask before what it prints.
    assertThat(lines)
        .map(line -> line.replaceFirst("^\\d+> ", ""))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private interface Example {
    void run() throws Exception;
  }

  private static List<String> printed(Example example) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, UTF_8));
    try {
      example.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(UTF_8).lines().toList();
  }
}
