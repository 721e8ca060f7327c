// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Origin;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.Preprocessing.Rounding;
import io.sightline.model.ScoreOutput.Activation;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainFolderTest {

  private static final String LEAST =
      """
      preprocess:
        resize: {size: 8, interpolation: linear, backend: cv2}
        scale: 1/255
        mean: 0
        std: 1
      labels: [cat, dog]
      """;

  private final Problems problems = new Problems();

  @TempDir Path folder;

  @Test
  void theExampleOfTheReadmeIsRead() throws IOException {
    String readme = Files.readString(RepositoryFolder.find().resolve("README.md"));
    int start = readme.indexOf("```yaml\n# sightline.yml");
    assertThat(start).isPositive();
    String example = readme.substring(start + "```yaml\n".length());
    example = example.substring(0, example.indexOf("\n```"));
    Files.write(
        folder.resolve("flowers.onnx"), OnnxGraphs.classifier(3, 224, 224).build().toByteArray());
    Files.writeString(folder.resolve("flowers.txt"), "daisy\nrose\ntulip\n");
    Files.writeString(folder.resolve("sightline.yml"), example);
    FolderContents contents = PlainFolder.read(folder, problems);
    assertThat(problems.messages()).isEmpty();
    assertThat(contents.graphFile()).isEqualTo("flowers.onnx");
    assertThat(contents.modelName()).isEqualTo("flowers");
    assertThat(contents.labels()).containsExactly("daisy", "rose", "tulip");
    assertThat(contents.activation()).isNull();
    assertThat(contents.preprocessings())
        .containsExactly(
            new Preprocessing(
                new Resize(256, 0, 0, Rounding.TRUNCATE, Interpolation.PIL_BICUBIC),
                new Crop(224, 224, Origin.HALF_EVEN),
                Channels.RGB,
                1 / 255.0,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225)));
  }

  @Test
  void theLeastFileIsRead() throws IOException {
    FolderContents contents = read(LEAST);
    assertThat(problems.messages()).isEmpty();
    assertThat(contents.graphFile()).isEqualTo("model.onnx");
    assertThat(HuggingFaceFolderTest.describe(contents.preprocessings().get(0)))
        .isEqualTo("8 x 8 LINEAR, 8 x 8 FLOOR, RGB");
    assertThat(ModelFolderTest.read(folder).labels()).containsExactly("cat", "dog");
  }

  @Test
  void whatAUserWroteComesBeforeWhatAnExporterLeft() throws IOException {
    OnnxGraphs.classifier(2, 8, 8).writeFolder(folder);
    Files.writeString(folder.resolve("sightline.yml"), LEAST);
    assertThat(ModelFolderTest.read(folder).labels()).containsExactly("cat", "dog");
  }

  @Test
  void greyBgrAndTheActivationCanBeSaid() throws IOException {
    FolderContents grey =
        read(
            LEAST.replace("  scale", "  channels: gray\n  scale")
                + "model: {activation: sigmoid}\n");
    assertThat(grey.preprocessings().get(0).channels()).isEqualTo(Channels.GRAY);
    assertThat(grey.activation()).isEqualTo(Activation.SIGMOID);
    FolderContents bgr = read(LEAST.replace("  scale", "  channels: bgr\n  scale"));
    assertThat(bgr.preprocessings().get(0).channels()).isEqualTo(Channels.BGR);
    assertThat(problems.messages()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "labels: [cat, dog] | labels: [] | labels must not be empty",
        "labels: [cat, dog] | labels-file: none.txt | labels-file is not there (got 'none.txt')",
        "labels: [cat, dog] | labels-file: ../x.txt | must be a file in the model's folder",
        "labels: [cat, dog] | topics: 1 | topics is not known here",
        "size: 8 | size: [8, 8, 8] | must be one side, or a list of width and height",
        "size: 8 | short-side: 8 | must have crop, too",
        "interpolation: linear, | '' | must have interpolation",
        ", backend: cv2 | '' | must have backend",
        "interpolation: linear | interpolation: magic | must be one of NEAREST, LINEAR",
        "backend: cv2 | backend: gd | must be cv2 or pil",
        "scale: 1/255 | scale: 0 | scale must not be 0",
        "mean: 0 | mean: [0, 1] | must be one number, or a list of three",
        "std: 1 | std: [1, 0, 1] | std must not hold a 0",
        "scale: 1/255 | channels: rgba | must have scale",
      })
  void whatIsWrongIsNamed(String text, String instead, String problem) throws IOException {
    read(LEAST.replace(text, instead));
    assertThat(problems.messages()).anyMatch(message -> message.contains(problem));
  }

  @Test
  void ofSeveralGraphsOneMustBeNamed() throws IOException {
    Files.write(folder.resolve("other.onnx"), new byte[1]);
    read(LEAST);
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .contains("has 2 graphs", "model.onnx, other.onnx");
    read(LEAST + "model: {file: gone.onnx}\n");
    assertThat(problems.messages()).last().asString().contains("model.file is not there");
  }

  @Test
  void anEmptyLineInTheFileOfLabelsIsAProblem() throws IOException {
    Files.writeString(folder.resolve("labels.txt"), "cat\n\ndog\n");
    read(LEAST.replace("labels: [cat, dog]", "labels-file: labels.txt"));
    assertThat(problems.messages()).containsExactly("labels.txt:2 is empty");
  }

  @Test
  void aByteOrderMarkBeforeTheFirstLabelIsAProblem() throws IOException {
    Files.writeString(folder.resolve("labels.txt"), "\uFEFFcat\ndog\n");
    read(LEAST.replace("labels: [cat, dog]", "labels-file: labels.txt"));
    assertThat(problems.messages())
        .containsExactly("labels.txt starts with a byte order mark: save it as UTF-8 without one");
  }

  @Test
  void aNamedInputMustBeTheGraphs() throws IOException {
    read(LEAST + "model: {input: pixels}\n");
    assertThat(ModelFolderTest.problems(folder))
        .singleElement()
        .asString()
        .contains("model.input is 'pixels', which model.onnx does not have (it has 'x'");
  }

  private FolderContents read(String yaml) throws IOException {
    Files.write(folder.resolve("model.onnx"), OnnxGraphs.classifier(2, 8, 8).build().toByteArray());
    Files.writeString(folder.resolve("sightline.yml"), yaml);
    return PlainFolder.read(folder, problems);
  }
}
