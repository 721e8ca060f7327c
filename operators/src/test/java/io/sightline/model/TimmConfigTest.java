// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.testing.OnnxGraphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimmConfigTest {

  private final Problems problems = new Problems();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'input_size': [3, 224, 224]} | 256 PIL_BICUBIC, 224 x 224 HALF_EVEN, RGB",
        "{'input_size': [3, 224, 224], 'crop_pct': 0.95, 'interpolation': 'bicubic', 'crop_mode': 'center'} | 235 PIL_BICUBIC, 224 x 224 HALF_EVEN, RGB",
        "{'input_size': [3, 224, 224], 'crop_pct': 1.0, 'interpolation': 'bilinear'} | 224 PIL_BILINEAR, 224 x 224 HALF_EVEN, RGB",
        "{'input_size': [3, 448, 448], 'crop_pct': 1.0, 'crop_mode': 'squash'} | 448 x 448 PIL_BICUBIC, 448 x 448 HALF_EVEN, RGB",
        "{'input_size': [3, 240, 320], 'crop_pct': 0.9, 'crop_mode': 'squash'} | 355 x 266 PIL_BICUBIC, 320 x 240 HALF_EVEN, RGB",
        "{'input_size': [1, 224, 224], 'mean': [0.5], 'std': [0.5]} | 256 PIL_BICUBIC, 224 x 224 HALF_EVEN, GRAY",
      })
  void sidesAreCutAndTheCropIsTorchvisions(String config, String expected) throws IOException {
    List<Preprocessing> read = read(config);
    assertThat(problems.messages()).isEmpty();
    assertThat(read)
        .singleElement()
        .extracting(HuggingFaceFolderTest::describe)
        .isEqualTo(expected);
  }

  @Test
  void meanAndStdAreTheFilesOrImageNets() throws IOException {
    Preprocessing byDefault = read("{'input_size': [3, 8, 8]}").get(0);
    assertThat(byDefault.scale()).isEqualTo(1 / 255.0);
    assertThat(byDefault.mean()).containsExactly(0.485, 0.456, 0.406);
    assertThat(byDefault.std()).containsExactly(0.229, 0.224, 0.225);
    Preprocessing given =
        read("{'input_size': [3, 8, 8], 'mean': [0.5, 0.5, 0.5], 'std': [0.25, 0.5, 1]}").get(0);
    assertThat(given.mean()).containsExactly(0.5, 0.5, 0.5);
    assertThat(given.std()).containsExactly(0.25, 0.5, 1.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'crop_pct': 0.9} | must have an input_size",
        "{'input_size': [3, 224]} | must be a list of channels, height and width",
        "{'input_size': [2, 224, 224]} | must be 1 or 3 (got 2)",
        "{'input_size': [3, 224, 224], 'crop_mode': 'border'} | crop_mode must be center or squash",
        "{'input_size': [3, 224, 320]} | with crop_mode center: only squares",
        "{'input_size': [3, 224, 224], 'crop_pct': 1.2} | crop_pct must be above 0, and at most 1",
        "{'input_size': [3, 224, 224], 'interpolation': 'random'} | interpolation must be one of NEAREST, BILINEAR",
        "{'input_size': [3, 224, 224], 'crop_border_pixels': 4} | crop_border_pixels is not supported",
        "{'input_size': [1, 224, 224]} | must have a mean and a std for its one channel",
      })
  void whatCanNotBeDoneIsRefusedByName(String config, String problem) throws IOException {
    assertThat(read(config)).isEmpty();
    assertThat(problems.messages()).singleElement().asString().contains(problem);
  }

  @Test
  void theGraphTellsWhetherItWasExportedAtTheTestSize() throws IOException {
    String config =
        "{'pretrained_cfg': {'input_size': [3, 8, 8], 'crop_pct': 0.5, 'test_input_size': [3, 10,"
            + " 10], 'test_crop_pct': 1.0}, 'num_classes': 2, 'label_names': ['cat', 'dog']}";
    writeGraph(OnnxGraphs.classifier(2, 8, 8), config);
    assertThat(HuggingFaceFolderTest.describe(ModelFolderTest.read(folder).preprocessing()))
        .isEqualTo("16 PIL_BICUBIC, 8 x 8 HALF_EVEN, RGB");
    writeGraph(OnnxGraphs.classifier(2, 10, 10), config);
    ModelDescriptor model = ModelFolderTest.read(folder);
    assertThat(HuggingFaceFolderTest.describe(model.preprocessing()))
        .isEqualTo("10 PIL_BICUBIC, 10 x 10 HALF_EVEN, RGB");
    assertThat(model.labels()).containsExactly("cat", "dog");
  }

  @Test
  void labelNamesMayBeInEitherPlaceAndInEitherShape() throws IOException {
    assertThat(
            contents("{'pretrained_cfg': {'input_size': [3, 8, 8], 'label_names': ['a', 'b']}}")
                .labels())
        .containsExactly("a", "b");
    assertThat(
            contents(
                    "{'label_names': {'1': 'b', '0': 'a'}, 'pretrained_cfg': {'input_size': [3, 8, 8]}}")
                .labels())
        .containsExactly("a", "b");
    assertThat(contents("{'pretrained_cfg': {'input_size': [3, 8, 8], 'num_classes': 2}}").labels())
        .containsExactly("LABEL_0", "LABEL_1");
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void aProcessorFileOfTimmsWrapperDefersToTimm() throws IOException {
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"image_processor_type\": \"TimmWrapperImageProcessor\"}");
    FolderContents contents =
        contents("{'label_names': ['a'], 'pretrained_cfg': {'input_size': [3, 8, 8]}}");
    assertThat(problems.messages()).isEmpty();
    assertThat(contents.preprocessings()).hasSize(1);
    assertThat(contents.preprocessings().get(0).channels()).isEqualTo(Channels.RGB);
  }

  private List<Preprocessing> read(String config) throws IOException {
    return contents("{'label_names': ['a'], 'pretrained_cfg': " + config + "}").preprocessings();
  }

  private FolderContents contents(String config) throws IOException {
    Files.writeString(folder.resolve("model.onnx"), "graph");
    Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
    FolderContents contents = HuggingFaceFolder.read(folder, problems);
    assertThat(contents).isNotNull();
    return contents;
  }

  private void writeGraph(OnnxGraphs graph, String config) throws IOException {
    Files.write(folder.resolve("model.onnx"), graph.build().toByteArray());
    Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
  }
}
