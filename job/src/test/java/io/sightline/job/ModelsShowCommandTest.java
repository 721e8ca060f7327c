// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.SharedFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsShowCommandTest {

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void eachOfTheEightyModelsIsShownWithTheValuesOfTheTable() throws Exception {
    List<Map<String, String>> rows = table();
    assertThat(rows).hasSize(80);
    for (Map<String, String> row : rows) {
      JsonNode shown = json(row.get("model"), "--set", "model.repository=" + folder);

      assertThat(shown.get("name").asText()).isEqualTo(row.get("model"));
      assertPreprocessing(shown.get("image"), row, "");
      JsonNode published = shown.get("published");
      assertPreprocessing(published.get("preprocessing"), row, "");
      JsonNode older = published.get("older_preprocessing");
      assertPreprocessing(
          older == null ? published.get("preprocessing") : older, row, "infer_cfg_");
      assertThat(published.get("family").asText()).isEqualTo(row.get("family"));
      assertThat(published.get("core").asBoolean()).isEqualTo(row.get("core").equals("1"));
      assertThat(100 * published.get("top1").asDouble())
          .isCloseTo(Double.parseDouble(row.get("top1_acc")), within(1e-9));
      assertNumber(published, "gpu_ms", row, "gpu_normal_ms");
      assertNumber(published, "gpu_fast_ms", row, "gpu_highperf_ms");
      assertNumber(published, "cpu_ms", row, "cpu_normal_ms");
      assertNumber(published, "cpu_fast_ms", row, "cpu_highperf_ms");
      assertNumber(published, "size_mb", row, "size_mb");
      assertNumber(published, "input_size", row, "input_size");
      assertNumber(published, "classes", row, "num_classes");
      assertNumber(published, "top_k", row, "topk_default");
      assertThat(published.get("inference_url").asText()).isEqualTo(row.get("inference_url"));
      assertThat(published.get("training_url").asText()).isEqualTo(row.get("training_url"));
    }
  }

  @Test
  void aNameWithoutAFolderIsShownFromTheCatalogueWithTheWayToTheFolder() {
    assertThat(run("PP-LCNet_x1_0", "--set", "model.repository=" + folder)).isZero();

    assertThat(out.toString())
        .contains("none: there is no " + folder + "/PP-LCNet_x1_0")
        .contains("PP-LCNet_x1_0_infer.tar", "paddlex --paddle2onnx")
        .contains("short side to 256, the longer one in proportion, rounded half to even")
        .contains("bilinear as OpenCV does it (backend cv2)")
        .contains("a photograph of 500 x 375 becomes 341 x 256")
        .contains("of that photograph from column 58 and row 16")
        .contains("mean 0.485, 0.456, 0.406", "std  0.229, 0.224, 0.225")
        .contains("float32 -2.118 to 2.640")
        .containsPattern("(?m)^  top-1 +71\\.32 % of ")
        .containsPattern("(?m)^  size +10\\.5 MB$");
    assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(180));
  }

  @Test
  void aFolderIsShownTensorByTensor() throws Exception {
    OnnxGraphs.classifier(4, 8, 6).writeFolder(folder);

    assertThat(run(folder.toString())).isZero();

    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .startsWith("TestClassifier\n")
        .containsPattern("(?m)^  form +PaddleX's$")
        .containsPattern("(?m)^  fingerprint +[0-9a-f]{64}$")
        .containsPattern("(?m)^  resize +to 6 x 8, whatever the ratio of the sides$")
        .containsPattern("(?m)^  crop +the 6 x 8 around the centre, ")
        .containsPattern("(?m)^  normalise +\\(pixel x 1/255 - mean\\) / std, .* 0.000 to 1.000$")
        .containsPattern("(?m)^  input +x, float32 \\[N, 3, 8, 6\\], NCHW, a batch of any size$")
        .containsPattern("(?m)^  output +scores, float32, 4 values an image$")
        .containsPattern("(?m)^  labels +4, from 0 'class-0' to 3 'class-3'$")
        .containsPattern("(?m)^  inference.onnx +[0-9,]+ bytes$");
  }

  @Test
  void theFilesOfAFolderThatIsALinkAreShown() throws Exception {
    Path version = Files.createDirectory(folder.resolve("version-3"));
    OnnxGraphs.classifier(4, 8, 6).writeFolder(version);
    Path current = Files.createSymbolicLink(folder.resolve("current"), version);

    assertThat(run(current.toString())).isZero();

    assertThat(out.toString())
        .containsPattern("(?m)^  inference.onnx +[0-9,]+ bytes$")
        .containsPattern("(?m)^  inference.yml +[0-9,]+ bytes$");
  }

  @Test
  void optionsThatChangeWhatBecomesOfAnImageAreShown() throws Exception {
    OnnxGraphs.classifier(4, 8, 6).writeFolder(folder);

    assertThat(
            run(
                folder.toString(),
                "--set",
                "decode.small-images=upscale",
                "--set",
                "decode.exif-orientation=false",
                "--set",
                "model.version=7"))
        .isZero();

    assertThat(out.toString())
        .contains("enlarged until the crop fits (decode.small-images: upscale)")
        .contains("the EXIF orientation passed over")
        .containsPattern("(?m)^  version +7$");
  }

  @Test
  void aNameIsShownFromItsFolderInTheRepository() throws Exception {
    OnnxGraphs.classifier(4, 8, 6).writeFolder(folder.resolve("mine"));

    assertThat(run("mine", "--set", "model.repository=" + folder)).isZero();

    assertThat(out.toString())
        .contains("folder        " + folder + "/mine")
        .doesNotContain("Published");
  }

  @Test
  void whatOlderReleasesExportedIsSaidWhereItDiffers() {
    assertThat(run("StarNet-S1", "--set", "model.repository=" + folder)).isZero();

    assertThat(out.toString())
        .contains("bicubic as Pillow does it (backend pil)")
        .contains("short side to 224, bilinear of OpenCV, crop 224 x 224")
        .contains("model.preprocessing: catalogue");
  }

  @Test
  void aFolderIsTakenBeforeAModelOfTheSameName() throws IOException {
    ModelArgument argument = ModelArgument.of("ResNet50", "/models", folder -> List.of());

    assertThat(argument.dir()).isEqualTo("ResNet50");
    assertThat(argument.name()).isNull();
    assertThat(argument.note()).contains("ResNet50 is a folder here");
    assertThat(ModelArgument.of("ResNet50", "/models/", path -> null).searched())
        .isEqualTo("/models/ResNet50");
  }

  @Test
  void aNameIsFoundInTheRepositoryAsAJobFindsIt() throws IOException {
    Files.createDirectories(folder.resolve("ResNet50"));
    OnnxGraphs.classifier(1000, 224, 224).writeFolder(folder.resolve("ResNet50_onnx"));

    assertThat(run("ResNet50", "--set", "model.repository=" + folder)).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains(folder + "/ResNet50_onnx");
  }

  @Test
  void aFolderOfPaddleWeightsIsShownFromTheCatalogueWithTheWayToConvertIt() throws IOException {
    Path weights = Files.createDirectories(folder.resolve("ResNet50"));
    Files.createFile(weights.resolve("inference.pdiparams"));

    assertThat(run("ResNet50", "--set", "model.repository=" + folder)).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("can't be used", "--paddle2onnx", weights.toString())
        .contains("Published about ResNet50");
  }

  @Test
  void anUnknownNameIsAnsweredWithTheNearest() {
    assertThat(run("pp-lcnet_x1_1", "--set", "model.repository=" + folder))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString())
        .contains("pp-lcnet_x1_1 is neither a folder nor a name in the catalogue")
        .contains("there is no folder " + folder + "/pp-lcnet_x1_1")
        .contains("did you mean PP-LCNet_x1_0?");
  }

  @Test
  void whatIsWrongWithAFolderIsListed() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));

    assertThat(run(empty.toString(), "--set", "decode.max-pixels=0"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("The model can't be shown.")
        .containsPattern("(?m)^ +1\\. decode.max-pixels must be between 1 and ")
        .containsPattern("(?m)^ +2\\. model.dir \\(.*empty\\): ");
  }

  @Test
  void theOptionsOfAJobsFileAreTaken() throws Exception {
    OnnxGraphs.classifier(4, 8, 6).writeFolder(folder.resolve("mine"));
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"),
            "source.topics: references\nclassify.top-k: 3\nmodel.version: '9'\nbath.x: 1\n");

    assertThat(run(folder.resolve("mine").toString(), "--config", file.toString()))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString().lines().filter(line -> line.matches(" +\\d+\\..*")))
        .singleElement()
        .asString()
        .contains("bath.x is not a known option");
  }

  @Test
  void helpNamesTheArgumentAndTheFlags() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("MODEL", "--config", "--set", "--format");
  }

  private static void assertPreprocessing(JsonNode shown, Map<String, String> row, String prefix) {
    assertThat(shown.at("/resize/short_side").asText()).isEqualTo(row.get(prefix + "resize_short"));
    assertThat(shown.at("/resize/rounding").asText()).isEqualTo("half-even");
    assertThat(shown.at("/resize/interpolation").asText())
        .isEqualTo(row.get(prefix + "interpolation"));
    assertThat(shown.at("/resize/backend").asText()).isEqualTo(row.get(prefix + "resize_backend"));
    assertThat(shown.at("/crop/width").asText()).isEqualTo(row.get(prefix + "crop_size"));
    assertThat(shown.at("/crop/height").asText()).isEqualTo(row.get(prefix + "crop_size"));
    assertThat(shown.get("channels").asText()).isEqualTo("rgb");
    assertThat(row.get("scale")).isEqualTo("1/255");
    assertThat(shown.get("scale").asDouble()).isEqualTo(1.0 / 255);
    assertThat(words(shown.get("mean"))).isEqualTo(row.get("mean"));
    assertThat(words(shown.get("std"))).isEqualTo(row.get("std"));
  }

  private static void assertNumber(
      JsonNode shown, String key, Map<String, String> row, String column) {
    assertThat(shown.get(key).asDouble()).as(column).isEqualTo(Double.parseDouble(row.get(column)));
  }

  private static String words(JsonNode numbers) {
    List<String> words = new ArrayList<>();
    numbers.forEach(number -> words.add(number.asText()));
    return String.join(" ", words);
  }

  private static List<Map<String, String>> table() throws Exception {
    List<String> lines = Files.readAllLines(SharedFolder.resolve("data/paddlex-models.csv"));
    String[] heads = lines.get(0).split(",", -1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < heads.length; i++) {
        row.put(heads[i], cells[i]);
      }
      rows.add(row);
    }
    return rows;
  }

  private JsonNode json(String... arguments) throws Exception {
    out.getBuffer().setLength(0);
    assertThat(run(Stream.concat(Stream.of(arguments), Stream.of("--format", "json")))).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  private int run(String... arguments) {
    return run(Stream.of(arguments));
  }

  private int run(Stream<String> arguments) {
    return Sightline.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(Stream.concat(Stream.of("models", "show"), arguments).toArray(String[]::new));
  }
}
