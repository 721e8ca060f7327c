// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.config.DecodeSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.ImageDecoder;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.model.ScoreOutput.Activation;
import io.sightline.testing.SharedFolder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A quantised model in Hugging Face's form, whose graph has the softmax that others lack. */
class MobileNetV2Test {

  @Test
  void itsAccuracyIsThatOfPillowsPixelsAndOfOneSoftmax() throws Exception {
    Path folder = SharedFolder.resolve("models/mobilenet_v2_1.0_224_int8");
    Path dataset = SharedFolder.resolve("images/imagenet-200");
    Problems problems = new Problems();
    ModelDescriptor model = ModelFolder.read(folder, ModelSettings.of(folder.toString()), problems);
    assertThat(problems.messages()).isEmpty();
    Objects.requireNonNull(model);
    assertThat(model.output().activation()).isEqualTo(Activation.NONE);
    assertThat(Objects.requireNonNull(model.preprocessing().resize()).interpolation().isPillow())
        .isTrue();

    List<String> lines = Files.readAllLines(dataset.resolve("val.txt"));
    int right = 0;
    try (ImageDecoder decoder =
            new ImageDecoder(
                model.preprocessing(), model.input().format(), DecodeSettings.upTo(1 << 26));
        Classifier classifier = Classifier.open(model, folder, Models.CPU, Set.of(), 0)) {
      ByteBuffer row = ByteBuffer.allocateDirect(decoder.rowBytes()).order(ByteOrder.nativeOrder());
      Classifier.Scores scores = classifier.newScores(1);
      for (String line : lines) {
        int space = line.lastIndexOf(' ');
        byte[] bytes = Files.readAllBytes(dataset.resolve(line.substring(0, space)));
        decoder.decode(bytes, 0, bytes.length);
        decoder.writeTo(row);
        classifier.run(row, 1, scores);
        float[] image = scores.of(0);
        assertThat(IntStream.range(0, image.length).mapToDouble(k -> image[k]).sum())
            .as(line)
            .isCloseTo(1, within(1e-3));
        if (TopK.of(image, 1, 0).classIds().get(0) == Integer.parseInt(line.substring(space + 1))) {
          right++;
        }
      }
    }
    assertThat(lines).hasSize(200);
    assertThat(right).isGreaterThanOrEqualTo(174);
  }
}
