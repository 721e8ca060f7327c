// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunProfileTest {

  @TempDir Path folder;

  @Test
  void theWidestNodeOfAllRunsCountsAndWeightsCountOnce() throws Exception {
    Path file =
        profile(
            """
            [{"cat": "Session", "name": "model_run", "args": {}},
             {"cat": "Node", "name": "a_kernel_time",
              "args": {"node_index": "0", "activation_size": "10", "parameter_size": "100",
                       "output_size": "20", "input_type_shape": [{"float": [1, 3]}]}},
             {"cat": "Node", "name": "b_kernel_time",
              "args": {"node_index": "1", "activation_size": "20", "parameter_size": "7",
                       "output_size": "5"}},
             {"cat": "Node", "name": "a_kernel_time",
              "args": {"node_index": "0", "activation_size": "40", "parameter_size": "100",
                       "output_size": "80", "output_type_shape": [{"float": [4, 3]}]}}]
            """);
    assertThat(RunProfile.read(file)).isEqualTo(new ModelMemory(107, 120, 80));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "[{\"args\": {"})
  void aProfileThatCannotBeReadSaysSo(String text) throws IOException {
    Path file = profile(text);
    assertThatThrownBy(() -> RunProfile.read(file)).isInstanceOf(IOException.class);
  }

  @Test
  void aSessionKnowsWhatItTakesOnceItIsWarm() throws Exception {
    ModelDescriptor model =
        Models.write(folder, OnnxGraphs.classifier(6, 8, 8).externalData("data/w.bin", 64));
    try (Classifier classifier = Classifier.openWarm(model, folder, Models.CPU, Set.of(), 0, 4)) {
      ModelMemory memory = classifier.memory().orElseThrow();
      assertThat(memory.weightBytes())
          .isEqualTo(
              Files.size(folder.resolve(model.graphFile()))
                  + Files.size(folder.resolve("data/w.bin")));
      assertThat(memory.runBytes()).isBetween(4L * 3 * 8 * 8 * 4, 4L * 3 * 8 * 8 * 4 * 4);
    }
    try (Classifier cold = Classifier.open(model, folder, Models.CPU, Set.of(), 0)) {
      assertThat(cold.memory()).isEmpty();
    }
  }

  @Test
  void nothingOfAProfileIsLeft() throws Exception {
    Path temporary;
    try (RunProfile profile = RunProfile.create()) {
      temporary = profile.folder();
      Files.writeString(temporary.resolve("run_2026.json"), "[]");
    }
    assertThat(temporary).doesNotExist();
  }

  @Test
  void weightsThatAreInNoFileAreCounted() throws Exception {
    // 25.6 million of them, which ConstantOfShape makes; the last layer's 2 million are packed
    // anew.
    ModelMemory memory = shared("resnet50_constant_weights");
    assertThat(memory.weightBytes() / 4e6).isCloseTo(25.6 - 2.05, within(0.1));
    // The first block's sum, two times 256 channels of 56 x 56, and the 64 of its convolution.
    assertThat(memory.runBytes()).isEqualTo(4 * (256 + 256 + 64) * 56 * 56);
    assertThat(memory.widestBytes()).isEqualTo(4 * 256 * 56 * 56);
  }

  @Test
  void whatOneImageTakesIsThatOfTheFirstConvolutionAndItsPooling() throws Exception {
    ModelMemory memory = shared("squeezenet1_1");
    assertThat(memory.weightBytes() / 1e6).isCloseTo(4.95, within(0.1));
    // 64 channels of 111 x 111 or, padded, 113 x 113, and the image or what is pooled of them.
    assertThat(memory.runBytes() / 1e6).isCloseTo(3.9, within(0.4));
  }

  private static ModelMemory shared(String name) throws Exception {
    Path folder = SharedFolder.resolve("models/" + name);
    Problems problems = new Problems();
    ModelDescriptor model =
        Objects.requireNonNull(
            ModelFolder.read(folder, ModelSettings.of(folder.toString(), "m", "v1"), problems));
    try (Classifier classifier = Classifier.openWarm(model, folder, Models.CPU, Set.of(), 0, 1)) {
      return classifier.memory().orElseThrow();
    }
  }

  private Path profile(String text) throws IOException {
    return Files.writeString(folder.resolve("profile.json"), text);
  }
}
