// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.SharedFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {

  @TempDir Path folder;

  @Test
  void squeezenetIsReadWhole() {
    ModelDescriptor model = readShared("models/squeezenet1_1");
    assertThat(model.name()).isEqualTo("SqueezeNet1_1");
    assertThat(model.graphFile()).isEqualTo("inference.onnx");
    // Its graph lists every initializer as an input, before the image.
    assertThat(model.input().name()).isEqualTo("x");
    assertThat(model.output().name()).isEqualTo("softmaxout_1");
    assertThat(model.input().fixedBatch()).isZero();
    assertThat(model.input().height()).isEqualTo(224);
    assertThat(model.input().width()).isEqualTo(224);
    assertThat(model.classes()).isEqualTo(1000);
    assertThat(model.labels().get(0)).isEqualTo("tench, Tinca tinca");
    assertThat(model.preprocessing())
        .isEqualTo(
            new Preprocessing(
                Resize.toShortSide(256, Interpolation.LINEAR),
                Crop.of(224, 224),
                Channels.RGB,
                0.00392156862745098,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225)));
  }

  @Test
  void theOtherRealModelsAreReadWhole() {
    ModelDescriptor cifar = readShared("models/resnet8_cifar10");
    assertThat(cifar.labels()).hasSize(10).startsWith("airplane").endsWith("truck");
    assertThat(cifar.preprocessing().resize())
        .isEqualTo(Resize.toSize(32, 32, Interpolation.LINEAR));
    assertThat(cifar.preprocessing().width()).isEqualTo(32);
    ModelDescriptor mobilenet = readShared("models/mobilenet_v1_0.25_128_int8");
    assertThat(mobilenet.input().width()).isEqualTo(128);
    assertThat(mobilenet.preprocessing().resize().shortSide()).isEqualTo(146);
    assertThat(readShared("models/resnet50_constant_weights").output().name())
        .isEqualTo("gpu_0/softmax_1");
  }

  /** A change here makes every event id of every user another one. */
  @Test
  void fingerprintsOfKnownModelsNeverChange() {
    assertThat(readShared("models/squeezenet1_1").fingerprint())
        .isEqualTo("3a1ac2efdb60ccbfadf8beb44002269deb9a57e38a321f06ddcd9856312f2c3d");
    assertThat(readShared("models/resnet8_cifar10").fingerprint())
        .isEqualTo("ec141c999cb353be398243400ef46135732464fb1c5a627eae6f2fd3fd667b47");
  }

  @Test
  void nameAndVersionOfTheSettingsComeFirst() throws IOException {
    OnnxGraphs.classifier(4, 8, 8).writeFolder(folder);
    ModelSettings settings = ModelSettings.of("s3://models/flowers/", "flowers", "v7");
    ModelDescriptor model = ModelFolder.read(folder, settings, new Problems());
    assertThat(model.name()).isEqualTo("flowers");
    assertThat(model.version()).isEqualTo("v7");
    assertThat(model.dir()).isEqualTo("s3://models/flowers/");
  }

  @Test
  void withoutAModelNameTheFolderNamesTheModel() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8);
    String yaml = graph.inferenceYaml().replace("model_name: TestClassifier", "other: 1");
    graph.writeFolder(folder, graph.build(), yaml);
    ModelSettings settings = ModelSettings.of("s3://models/flowers/");
    assertThat(ModelFolder.read(folder, settings, new Problems()).name()).isEqualTo("flowers");
  }

  /** In a process of its own: a process has one working directory. */
  @Test
  void theWorkingDirectoryCanBeTheFolderAndNamesTheModel() throws IOException {
    Path flowers = folder.resolve("flowers");
    Files.createDirectories(flowers.resolve("empty"));
    Files.write(flowers.resolve("m.onnx"), OnnxGraphs.classifier(2, 8, 8).build().toByteArray());
    Files.writeString(flowers.resolve("labels.txt"), "cat\ndog\n");
    Files.writeString(
        flowers.resolve("sightline.yml"),
        """
        model: {file: m.onnx}
        preprocess:
          resize: {size: 8, interpolation: linear, backend: cv2}
          scale: 1/255
          mean: 0
          std: 1
        labels-file: ./labels.txt
        """);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Names.class.getName(),
                ".",
                "./",
                "empty/..")
            .directory(flowers.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines("flowers\nflowers\nflowers\n");
  }

  /** Prints the names of models by their folders, or what is wrong with them. */
  static final class Names {

    public static void main(String[] dirs) {
      for (String dir : dirs) {
        Problems problems = new Problems();
        ModelDescriptor model = ModelFolder.read(Path.of(dir), ModelSettings.of(dir), problems);
        System.out.println(model == null ? problems.messages() : model.name());
      }
    }
  }

  @Test
  void aFixedBatchAndAPooledOutputAreReadFromTheGraph() throws IOException {
    ModelDescriptor model =
        read(OnnxGraphs.classifier(4, 8, 16).batch(3).pooledOutput().writeFolder(folder));
    assertThat(model.input().fixedBatch()).isEqualTo(3);
    assertThat(model.classes()).isEqualTo(4);
    assertThat(model.input().height()).isEqualTo(8);
    assertThat(model.input().width()).isEqualTo(16);
  }

  @Test
  void aMissingFolderAndAFileInItsPlaceAreNamed() throws IOException {
    assertProblems(folder.resolve("none"), "model.dir (/models/m): does not exist");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertProblems(file, "model.dir (/models/m): is not a folder");
  }

  @Test
  void anEmptyFolderIsToldWhichFormsThereAre() {
    assertThat(problems(folder))
        .singleElement()
        .asString()
        .contains(
            "no model in a form that is known", "inference.yml", "config.json", "sightline.yml");
  }

  @Test
  void aMissingHalfOfPaddlexFormIsNamed() throws IOException {
    Files.writeString(folder.resolve("inference.onnx"), "graph");
    assertThat(problems(folder)).anyMatch(problem -> problem.contains("has no inference.yml"));
  }

  @Test
  void paddleWeightsComeWithTheCommandThatConvertsThem() throws IOException {
    Files.writeString(folder.resolve("inference.pdiparams"), "weights");
    Files.writeString(folder.resolve("inference.yml"), "Global: {model_name: m}");
    assertThat(problems(folder))
        .anyMatch(
            problem ->
                problem.contains(
                    "`paddlex --paddle2onnx --paddle_model_dir /models/m --onnx_model_dir /models/m`"));
  }

  @Test
  void trainedPaddleWeightsComeWithTheCommandThatExportsThem() throws IOException {
    Files.writeString(folder.resolve("best_model.pdparams"), "weights");
    assertThat(problems(folder))
        .singleElement()
        .asString()
        .contains(
            "-o Global.mode=export -o Export.weight_path=/models/m/best_model.pdparams",
            "`paddlex --paddle2onnx --paddle_model_dir EXPORTED --onnx_model_dir /models/m`");
    Files.createDirectory(folder.resolve("inference"));
    Files.writeString(folder.resolve("inference/inference.pdiparams"), "weights");
    assertThat(problems(folder))
        .singleElement()
        .asString()
        .contains("--paddle_model_dir /models/m/inference --onnx_model_dir /models/m/inference");
  }

  @Test
  void problemsOfGraphAndYamlComeTogether() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8);
    String yaml = graph.inferenceYaml().replace("    - class-3\n", "").replace("1.0, 1.0]", "0]");
    graph.writeFolder(folder, OnnxGraphs.classifier(4, 9, 9).build(), yaml);
    assertThat(problems(folder))
        .hasSize(2)
        .anyMatch(problem -> problem.contains("inference.yml:12") && problem.contains("std"))
        .anyMatch(problem -> problem.contains("has 3 labels") && problem.contains("4 classes"));
  }

  @Test
  void theCropMustBeWhatTheInputTakes() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8);
    graph.writeFolder(folder, OnnxGraphs.classifier(4, 9, 8).build(), graph.inferenceYaml());
    assertProblems(
        folder,
        "model.dir (/models/m): inference.onnx input 'x' takes images of 8 x 9 (width x height),"
            + " inference.yml PreProcess.transform_ops make 8 x 8");
  }

  @Test
  void theFingerprintTellsEveryPartOfTheModel() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8).externalData("weights.bin", 0);
    String yaml = graph.inferenceYaml();
    String original = read(graph.writeFolder(folder)).fingerprint();
    assertThat(original).matches("[0-9a-f]{64}");

    String renamed = yaml.replace("class-3", "class-x");
    assertThat(read(graph.writeFolder(folder, graph.build(), renamed)).fingerprint())
        .isNotEqualTo(original);
    String darker = yaml.replace("mean: [0.0,", "mean: [0.1,");
    assertThat(read(graph.writeFolder(folder, graph.build(), darker)).fingerprint())
        .isNotEqualTo(original);
    var otherGraph = graph.build().toBuilder().setProducerVersion("2").build();
    assertThat(read(graph.writeFolder(folder, otherGraph, yaml)).fingerprint())
        .isNotEqualTo(original);
    graph.writeFolder(folder);
    byte[] weights = Files.readAllBytes(folder.resolve("weights.bin"));
    weights[weights.length - 1] ^= 1;
    Files.write(folder.resolve("weights.bin"), weights);
    assertThat(read(folder).fingerprint()).isNotEqualTo(original);
  }

  @Test
  void theFingerprintDoesNotTellNamesAndLayout() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8);
    String original = read(graph.writeFolder(folder)).fingerprint();
    String yaml =
        graph
            .inferenceYaml()
            .replace("TestClassifier", "Renamed")
            .replace("mean: [0.0, 0.0, 0.0]", "mean: -0.0 # of every channel")
            .replace("size: [8, 8]", "size: 8");
    ModelDescriptor same = read(graph.writeFolder(folder, graph.build(), yaml));
    assertThat(same.name()).isEqualTo("Renamed");
    assertThat(same.fingerprint()).isEqualTo(original);
  }

  @Test
  void anUnchangedFolderIsVerifiedAndAChangedOneIsNamedWithBothFingerprints() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 8, 8);
    ModelDescriptor submitted = read(graph.writeFolder(folder));
    assertThatCode(() -> ModelFolder.verify(folder, submitted)).doesNotThrowAnyException();

    String yaml = graph.inferenceYaml().replace("class-3", "class-x");
    ModelDescriptor changed = read(graph.writeFolder(folder, graph.build(), yaml));
    assertThatThrownBy(() -> ModelFolder.verify(folder, submitted))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("/models/m", submitted.fingerprint(), changed.fingerprint());

    Files.delete(folder.resolve("inference.onnx"));
    assertThatThrownBy(() -> ModelFolder.verify(folder, submitted))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("/models/m", submitted.fingerprint(), "has no inference.onnx");
  }

  private static ModelDescriptor readShared(String path) {
    Path shared = SharedFolder.resolve(path);
    return read(shared);
  }

  static ModelDescriptor read(Path folder) {
    Problems problems = new Problems();
    ModelDescriptor model = ModelFolder.read(folder, ModelSettings.of("/models/m"), problems);
    assertThat(problems.messages()).isEmpty();
    assertThat(model).isNotNull();
    return model;
  }

  static List<String> problems(Path folder) {
    Problems problems = new Problems();
    ModelDescriptor model = ModelFolder.read(folder, ModelSettings.of("/models/m"), problems);
    assertThat(model == null).isEqualTo(!problems.isEmpty());
    return problems.messages();
  }

  private static void assertProblems(Path folder, String... messages) {
    assertThat(problems(folder)).containsExactly(messages);
  }
}
