// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.ModelSettings;
import io.sightline.config.ModelSettings.ApplySoftmax;
import io.sightline.config.ModelSettings.PreprocessingSource;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueChecksTest {

  @TempDir Path folder;

  /** The table of PaddleX's documentation, read without the catalogue. */
  @Test
  void whatTodaysExporterWritesForEachFamilyIsReadAsTheCatalogueHasIt() throws IOException {
    Set<String> families = new HashSet<>();
    for (Map<String, String> row : rows()) {
      if (!families.add(row.get("family"))) {
        continue;
      }
      Problems problems = new Problems();
      Path file = Files.writeString(folder.resolve("inference.yml"), exported(row, ""));
      InferenceYaml yaml = InferenceYaml.read(file, problems);
      String name = row.get("model");
      assertThat(problems.messages()).as(name).isEmpty();
      assertThat(yaml.warnings()).as(name).isEmpty();
      assertThat(yaml.modelName()).isEqualTo(name);
      assertThat(yaml.labels()).hasSize(Integer.parseInt(row.get("num_classes")));
      assertThat(yaml.preprocessing()).as(name).isEqualTo(Catalogue.find(name).preprocessing());
    }
    assertThat(families).hasSizeGreaterThanOrEqualTo(12);
  }

  @Test
  void whereAnOlderReleaseExportedOtherwiseTheDifferencesAreAWarning() throws IOException {
    int warned = 0;
    for (Map<String, String> row : rows()) {
      Problems problems = new Problems();
      Path file = Files.writeString(folder.resolve("inference.yml"), exported(row, "infer_cfg_"));
      Preprocessing read = InferenceYaml.read(file, problems).preprocessing();
      List<String> warnings = new ArrayList<>();
      CatalogueChecks.warnOfDifferences(Catalogue.find(row.get("model")), read, 1000, warnings);
      warned += warnings.size();
      if (row.get("model").equals("FasterNet-L")) {
        assertThat(warnings)
            .singleElement()
            .asString()
            .contains(
                "resize to short side 256 by LINEAR, not to short side 248 by PIL_BICUBIC",
                "model.preprocessing: catalogue");
      }
    }
    assertThat(warned).isEqualTo(17);
  }

  @Test
  void aModelWithAnotherNumberOfClassesIsNotHeldAgainstTheCatalogue() {
    List<String> warnings = new ArrayList<>();
    PublishedModel published = Catalogue.find("FasterNet-L");
    CatalogueChecks.warnOfDifferences(published, published.olderPreprocessing(), 7, warnings);
    assertThat(warnings).isEmpty();
  }

  @Test
  void theCataloguesPreprocessingReplacesTheFolders() throws IOException {
    write("FasterNet-L");
    ModelSettings settings = settings(null, PreprocessingSource.CATALOGUE);
    ModelDescriptor model = read(settings, new Problems());
    assertThat(model.preprocessing().resize().shortSide()).isEqualTo(248);
    assertThat(model.preprocessing().resize().interpolation()).isEqualTo(Interpolation.PIL_BICUBIC);
    assertThat(model.fingerprint())
        .isNotEqualTo(
            read(settings(null, PreprocessingSource.FOLDER), new Problems()).fingerprint());
    ModelFolder.verify(folder, model);
  }

  @Test
  void theCataloguesPreprocessingOfAModelThatItDoesNotHaveIsRefused() throws IOException {
    write("Flowers");
    Problems problems = new Problems();
    read(settings(null, PreprocessingSource.CATALOGUE), problems);
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .contains("Flowers, which is none of PaddleX's catalogue", "must be folder");
  }

  @Test
  void aFolderThatHoldsAnotherOfPaddlexModelsIsRefused() throws IOException {
    write("ResNet50");
    Problems problems = new Problems();
    read(settings("ResNet18", PreprocessingSource.FOLDER), problems);
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .contains("holds the model ResNet50, but model.name is ResNet18");
    assertThat(read(settings("flowers", PreprocessingSource.FOLDER), new Problems()).name())
        .isEqualTo("flowers");
    assertThat(read(settings("ResNet50", PreprocessingSource.FOLDER), new Problems()).name())
        .isEqualTo("ResNet50");
  }

  private @Nullable ModelDescriptor read(ModelSettings settings, Problems problems) {
    return ModelFolder.read(folder, settings, problems);
  }

  private void write(String name) throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(4, 224, 224);
    graph.writeFolder(folder, graph.build(), graph.inferenceYaml().replace("TestClassifier", name));
  }

  private static ModelSettings settings(@Nullable String name, PreprocessingSource source) {
    return new ModelSettings(
        "/models/m", name, null, "/models", source, ApplySoftmax.AUTO, null, null, null);
  }

  private static List<Map<String, String>> rows() throws IOException {
    List<String> lines =
        Files.readAllLines(SharedFolder.resolve("data/paddlex-models.csv")).stream()
            .filter(line -> !line.startsWith("#"))
            .toList();
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
    assertThat(rows).hasSize(80);
    return rows;
  }

  /**
   * What PaddleClas's exporter writes: keys sorted, shapes by an alias, the backend only where it
   * is not OpenCV.
   */
  private static String exported(Map<String, String> row, String prefix) {
    boolean pil = row.get(prefix + "resize_backend").equals("pil");
    String resize =
        (pil
                ? "      backend: pil\n      interpolation: "
                    + row.get(prefix + "interpolation")
                    + "\n"
                : "")
            + "      resize_short: "
            + row.get(prefix + "resize_short");
    int classes = Integer.parseInt(row.get("num_classes"));
    String labels =
        java.util.stream.IntStream.range(0, classes)
            .mapToObj(id -> "    - label " + id)
            .collect(Collectors.joining("\n"));
    return """
    Global:
      model_name: %s
    Hpi:
      backend_configs:
        paddle_infer:
          trt_dynamic_shapes: &id001
            x:
            - - 1
              - 3
              - 224
              - 224
        tensorrt:
          dynamic_shapes: *id001
    PostProcess:
      Topk:
        label_list:
    %s
        topk: %s
    PreProcess:
      transform_ops:
      - ResizeImage:
    %s
      - CropImage:
          size: %s
      - NormalizeImage:
          channel_num: 3
          mean:
    %s
          order: ''
          scale: 0.00392156862745098
          std:
    %s
      - ToCHWImage: null
    """
        .formatted(
            row.get("model"),
            labels,
            row.get("topk_default"),
            resize.indent(4).stripTrailing(),
            row.get(prefix + "crop_size"),
            items(row.get("mean")),
            items(row.get("std")));
  }

  private static String items(String numbers) {
    return numbers
        .lines()
        .flatMap(line -> java.util.Arrays.stream(line.split(" ", -1)))
        .map(number -> "      - " + number)
        .collect(Collectors.joining("\n"));
  }
}
