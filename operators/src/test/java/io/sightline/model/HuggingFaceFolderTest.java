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
import io.sightline.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceFolderTest {

  private static final String CONFIG =
      "{\"model_type\": \"vit\", \"id2label\": {\"0\": \"cat\", \"1\": \"dog\"}}";

  private final Problems problems = new Problems();

  @TempDir Path folder;

  @Test
  void mobilenetV2IsReadWithPillowsRule() {
    ModelDescriptor model =
        ModelFolderTest.read(SharedFolder.resolve("models/mobilenet_v2_1.0_224_int8"));
    assertThat(model.preprocessing())
        .isEqualTo(
            new Preprocessing(
                new Resize(256, 0, 0, Rounding.TRUNCATE, Interpolation.PIL_BILINEAR),
                new Crop(224, 224, Origin.FLOOR),
                Channels.RGB,
                0.00392156862745098,
                List.of(0.5, 0.5, 0.5),
                List.of(0.5, 0.5, 0.5)));
    assertThat(model.graphFile()).isEqualTo("model.onnx");
    assertThat(model.labels()).hasSize(1000).startsWith("tench, Tinca tinca");
    assertThat(model.warnings()).isEmpty();
  }

  @Test
  void theGraphMayLieInTheFolderOnnxWithItsData() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(2, 8, 8).externalData("model.onnx_data", 0);
    Path onnx = graph.writeFolder(folder.resolve("onnx"));
    Files.move(onnx.resolve("inference.onnx"), onnx.resolve("model.onnx"));
    Files.delete(onnx.resolve("inference.yml"));
    writeFiles("{\"size\": 8}", CONFIG);
    ModelDescriptor model = ModelFolderTest.read(folder);
    assertThat(model.graphFile()).isEqualTo("onnx/model.onnx");
    assertThat(model.labels()).containsExactly("cat", "dog");
    String fingerprint = model.fingerprint();
    byte[] weights = Files.readAllBytes(onnx.resolve("model.onnx_data"));
    weights[0] ^= 1;
    Files.write(onnx.resolve("model.onnx_data"), weights);
    assertThat(ModelFolderTest.read(folder).fingerprint()).isNotEqualTo(fingerprint);
  }

  /** What well-known files say, in the spellings of several releases. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // google/vit-base-patch16-224: no type, a size of one number
        "{'do_normalize': true, 'do_resize': true, 'image_mean': [0.5, 0.5, 0.5], 'image_std': [0.5, 0.5, 0.5], 'size': 224}"
            + "| 224 x 224 PIL_BILINEAR, 224 x 224 FLOOR, RGB",
        "{'feature_extractor_type': 'DeiTFeatureExtractor', 'size': 256, 'crop_size': 224, 'resample': 3}"
            + "| 256 x 256 PIL_BICUBIC, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'ViTImageProcessorFast', 'size': {'height': 384, 'width': 256}, 'resample': 3}"
            + "| 256 x 384 PIL_BICUBIC, 256 x 384 FLOOR, RGB",
        "{'image_processor_type': 'ViTImageProcessorPil'} | 224 x 224 PIL_BILINEAR, 224 x 224 FLOOR, RGB",
        "{'feature_extractor_type': 'ConvNextFeatureExtractor', 'size': 224, 'crop_pct': 0.875, 'resample': 3}"
            + "| 256 PIL_BICUBIC, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'ConvNextImageProcessor', 'size': {'shortest_edge': 288}, 'crop_pct': 0.95}"
            + "| 303 PIL_BICUBIC, 288 x 288 FLOOR, RGB",
        "{'image_processor_type': 'ConvNextImageProcessor', 'crop_pct': null}"
            + "| 384 x 384 PIL_BICUBIC, 384 x 384 FLOOR, RGB",
        "{'image_processor_type': 'LevitImageProcessor'} | 256 PIL_BICUBIC, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'LevitImageProcessor', 'size': {'shortest_edge': 160}, 'crop_size': 160}"
            + "| 182 PIL_BICUBIC, 160 x 160 FLOOR, RGB",
        "{'image_processor_type': 'PoolFormerImageProcessor'} | 248 PIL_BICUBIC, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'PoolFormerImageProcessor', 'crop_pct': null}"
            + "| 224 PIL_BICUBIC, 224 x 224 FLOOR, RGB",
        // apple/mobilevit-small
        "{'feature_extractor_type': 'MobileViTFeatureExtractor', 'size': {'shortest_edge': 288}, 'crop_size': {'height': 256, 'width': 256}, 'do_flip_channel_order': true, 'resample': 2}"
            + "| 288 PIL_BILINEAR, 256 x 256 FLOOR, BGR",
        "{'image_processor_type': 'MobileNetV1ImageProcessor'} | 256 PIL_BILINEAR, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'BitImageProcessor', 'size': {'shortest_edge': 256}} | 256 PIL_BICUBIC, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'CLIPImageProcessor'} | 224 PIL_BICUBIC, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'MobileNetV2ImageProcessor', 'do_resize': false, 'crop_size': {'height': 100, 'width': 200}}"
            + "| none, 200 x 100 FLOOR, RGB",
        "{'image_processor_type': 'ViTImageProcessor', 'resample': 0} | 224 x 224 PIL_NEAREST, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'ViTImageProcessor', 'resample': 1} | 224 x 224 PIL_LANCZOS, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'ViTImageProcessor', 'resample': 4} | 224 x 224 PIL_BOX, 224 x 224 FLOOR, RGB",
        "{'image_processor_type': 'ViTImageProcessor', 'resample': 5} | 224 x 224 PIL_HAMMING, 224 x 224 FLOOR, RGB",
      })
  void sizesAndCropsAreThoseOfTransformers(String processor, String expected) throws IOException {
    FolderContents contents = read(processor, CONFIG);
    assertThat(problems.messages()).isEmpty();
    assertThat(describe(only(contents))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'image_processor_type': 'ViTImageProcessor'} | 1/255 | 0.5 | 0.5",
        "{'image_processor_type': 'ViTImageProcessor', 'image_mean': 0.25, 'image_std': [0.125, 0.125, 0.125]} | 1/255 | 0.25 | 0.125",
        "{'image_processor_type': 'ViTImageProcessor', 'do_rescale': false, 'image_mean': 127.5, 'image_std': 127.5} | 1 | 127.5 | 127.5",
        "{'image_processor_type': 'ViTImageProcessor', 'do_rescale': false, 'do_normalize': false} | 1 | 0 | 1",
        "{'image_processor_type': 'MobileViTImageProcessor', 'size': 288} | 1/255 | 0 | 1",
        "{'image_processor_type': 'EfficientNetImageProcessor', 'resample': 0, 'rescale_factor': 0.0078125, 'rescale_offset': true, 'include_top': false, 'image_mean': 0, 'image_std': 0.5}"
            + "| 1/128 | 1 | 0.5",
        "{'image_processor_type': 'EfficientNetImageProcessor', 'resample': 0, 'image_mean': 0.5, 'image_std': 0.5} | 1/255 | 0.5 | 0.25",
        "{'image_processor_type': 'EfficientNetImageProcessor', 'resample': 0, 'do_normalize': false, 'image_std': 0.5} | 1/255 | 0 | 0.5",
      })
  void valuesAreScaledAndNormalisedInOneStep(
      String processor, String scale, double mean, double std) throws IOException {
    FolderContents contents = read(processor, CONFIG);
    assertThat(problems.messages()).isEmpty();
    Preprocessing preprocessing = only(contents);
    String[] quotient = (scale + "/1").split("/", 3);
    assertThat(preprocessing.scale())
        .isEqualTo(Double.parseDouble(quotient[0]) / Double.parseDouble(quotient[1]));
    assertThat(preprocessing.mean()).isEqualTo(Collections.nCopies(3, mean));
    assertThat(preprocessing.std()).isEqualTo(Collections.nCopies(3, std));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'image_processor_type': 'PerceiverImageProcessor'} | is not known here (got 'PerceiverImageProcessor') (known: Beit, Bit,",
        "{'image_processor_type': 'CLIPImageProcessor', 'size': {'shortest_edge': 224, 'longest_edge': 400}} | must have shortest_edge alone, or height and width (has longest_edge, shortest_edge)",
        "{'image_processor_type': 'CLIPImageProcessor', 'do_center_crop': false} | is a short side without a centre crop",
        "{'image_processor_type': 'MobileViTImageProcessor'} | of 256 x 256 (width x height) is larger than what the resize leaves (short side 224): transformers would pad",
        "{'image_processor_type': 'DeiTImageProcessor', 'size': 200} | larger than what the resize leaves (200 x 200)",
        "{'image_processor_type': 'ViTImageProcessor', 'do_pad': true} | do_pad is not supported",
        "{'image_processor_type': 'ViTImageProcessor', 'do_center_crop': true} | is not what every release of transformers does in ViT",
        "{'image_processor_type': 'ViTImageProcessor', 'do_resize': false} | neither resizes nor crops",
        "{'image_processor_type': 'ViTImageProcessor', 'resample': 6} | resample must be an integer from 0 to 5",
        "{'image_processor_type': 'ViTImageProcessor', 'image_std': 0} | image_std must not hold a 0",
        "{'image_processor_type': 'ViTImageProcessor', 'image_mean': [1, 2]} | image_mean must be one number, or a list of three",
        "{'image_processor_type': 'ViTImageProcessor', 'do_resize': 'yes'} | do_resize must be true or false (got 'yes')",
        "{'image_processor_type': 'BeitImageProcessor', 'do_center_crop': false} | must have a size: releases of transformers differ",
        "{'image_processor_type': 'PvtImageProcessor'} | must have resample: releases",
        "{'image_processor_type': 'SiglipImageProcessor', 'size': 224} | must have shortest_edge, or height and width",
        "{'image_processor_type': 'ConvNextImageProcessor', 'crop_pct': 1.5} | crop_pct must be above 0, and at most 1",
        "{'image_processor_type': 'ConvNextImageProcessor', 'size': {'height': 224, 'width': 224}} | must be one number, or have shortest_edge",
        "[1] | must be a mapping",
        "{'a': | is not valid JSON",
      })
  void whatCanNotBeDoneIsRefusedByName(String processor, String problem) throws IOException {
    FolderContents contents = read(processor, CONFIG);
    assertThat(problems.messages()).singleElement().asString().contains(problem);
    assertThat(contents.preprocessings()).isEmpty();
  }

  @Test
  void keysThatAreNotKnownAreAWarning() throws IOException {
    FolderContents contents =
        read("{'size': 8, 'new_key': 1, 'other': null, 'processor_class': 'X'}", CONFIG);
    assertThat(problems.messages()).isEmpty();
    assertThat(contents.warnings()).singleElement().asString().endsWith("ignored: new_key");
  }

  @Test
  void aModelTypeWithoutAKnownProcessorIsAProblem() throws IOException {
    read("{'size': 224}", CONFIG.replace("vit", "imagegpt"));
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .contains("has no image_processor_type, and model_type 'imagegpt' of config.json has none");
  }

  @Test
  void labelsComeInTheOrderOfTheirIds() throws IOException {
    FolderContents contents =
        read(
            "{'size': 8}",
            "{'model_type': 'vit', 'id2label': {'10': 'k', '2': 'c', '0': 'a', '1': 'b',"
                + " '3': 'd', '4': 'e', '5': 'f', '6': 'g', '7': 'h', '8': 'i', '9': 'j'}}");
    assertThat(problems.messages()).isEmpty();
    assertThat(contents.labels())
        .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'0': 'a', '2': 'c'} | it has 2 names up to class 2, and none for class 1",
        "{'1': 'b', '2': 'c'} | none for class 0",
        "{'0': 'a', '00': 'b'} | is the second name of class 0",
        "{'0': 'a', '0': 'b'} | is given twice",
        "{'zero': 'a'} | must have a class id as its key",
        "{'0': ['a']} | id2label.0 must be text",
        "{} | must not be empty",
      })
  void badLabelsAreProblems(String labels, String problem) throws IOException {
    FolderContents contents =
        read("{'size': 8}", "{'model_type': 'vit', 'id2label': " + labels + "}");
    assertThat(problems.messages()).singleElement().asString().contains(problem);
    assertThat(contents.labels() == null || problem.contains("twice")).isTrue();
  }

  @Test
  void classesWithoutNamesAreCalledAsTransformersCallsThem() throws IOException {
    FolderContents contents = read("{'size': 8}", "{'model_type': 'vit', 'num_labels': 3}");
    assertThat(contents.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
    assertThat(contents.warnings()).singleElement().asString().contains("LABEL_0 to LABEL_2");
  }

  @Test
  void manyLabelsOfAnImageMeanSigmoid() throws IOException {
    String many =
        CONFIG.replace("{\"model", "{\"problem_type\": \"multi_label_classification\", \"model");
    assertThat(read("{'size': 8}", many).activation()).isEqualTo(Activation.SIGMOID);
    assertThat(read("{'size': 8}", CONFIG).activation()).isNull();
    assertThat(problems.messages()).isEmpty();
    read("{'size': 8}", many.replace("multi_label_classification", "regression"));
    assertThat(problems.messages()).singleElement().asString().contains("problem_type must be");
  }

  @Test
  void oneChannelMeansGrey() throws IOException {
    FolderContents contents =
        read(
            "{'size': 8, 'image_mean': [0.5], 'image_std': 0.25}",
            CONFIG.replace("{\"model", "{\"num_channels\": 1, \"model"));
    assertThat(problems.messages()).isEmpty();
    assertThat(only(contents).channels()).isEqualTo(Channels.GRAY);
    assertThat(only(contents).std()).containsExactly(0.25);
  }

  @Test
  void jsonMayHaveTabsAndEscapes() throws IOException {
    FolderContents contents =
        read(
            "{\n\t'size'\t:\t8\n}",
            "{'model_type': 'vit', 'id2label': {'0': 'a\\/b', '1': '\\u00e9\\ud83d\\ude00'}}");
    assertThat(problems.messages()).isEmpty();
    assertThat(contents.labels()).containsExactly("a/b", "\u00e9\ud83d\ude00");
  }

  @Test
  void problemsNameTheLineInTheFile() throws IOException {
    read("{\n 'size': 8,\n 'resample': 9}", CONFIG);
    assertThat(problems.messages())
        .containsExactly(
            "preprocessor_config.json:3 resample must be an integer from 0 to 5 (got '9')");
  }

  @Test
  void missingFilesAreNamedTogether() throws IOException {
    Files.writeString(folder.resolve("preprocessor_config.json"), "{\"size\": 8}");
    assertThat(ModelFolderTest.problems(folder))
        .hasSize(2)
        .anyMatch(problem -> problem.contains("has no model.onnx and no onnx/model.onnx"))
        .anyMatch(problem -> problem.contains("has no config.json"));
  }

  @Test
  void theHalfOfTheFormThatPreprocessesMustBeThere() throws IOException {
    Files.writeString(folder.resolve("model.onnx"), "graph");
    Files.writeString(folder.resolve("config.json"), CONFIG);
    assertThat(ModelFolderTest.problems(folder))
        .anyMatch(problem -> problem.contains("no preprocessor_config.json: nothing says how"));
  }

  private FolderContents read(String processor, String config) throws IOException {
    Files.writeString(folder.resolve("model.onnx"), "graph");
    writeFiles(processor, config);
    FolderContents contents = HuggingFaceFolder.read(folder, problems);
    assertThat(contents).isNotNull();
    return contents;
  }

  private void writeFiles(String processor, String config) throws IOException {
    Files.writeString(folder.resolve("preprocessor_config.json"), processor.replace('\'', '"'));
    Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
  }

  private static Preprocessing only(FolderContents contents) {
    assertThat(contents.preprocessings()).hasSize(1);
    return contents.preprocessings().get(0);
  }

  /** Resize, crop and channels in short. */
  static String describe(Preprocessing preprocessing) {
    Resize resize = preprocessing.resize();
    String resized = "none";
    if (resize != null) {
      boolean toShort = resize.shortSide() > 0;
      assertThat(resize.rounding()).isEqualTo(toShort ? Rounding.TRUNCATE : Rounding.HALF_EVEN);
      resized =
          (toShort ? resize.shortSide() : resize.width() + " x " + resize.height())
              + " "
              + resize.interpolation();
    }
    Crop crop = preprocessing.crop();
    return "%s, %d x %d %s, %s"
        .formatted(resized, crop.width(), crop.height(), crop.origin(), preprocessing.channels());
  }
}
