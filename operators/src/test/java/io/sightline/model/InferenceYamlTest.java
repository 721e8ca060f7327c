// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InferenceYamlTest {

  private static final String RESIZE = "ResizeImage: {resize_short: 256}";
  private static final String CROP = "CropImage: {size: 224}";
  private static final String NORMALIZE = "NormalizeImage: {scale: 1.0, mean: 0.0, std: 1.0}";
  private static final String TO_CHW = "ToCHWImage: null";
  private static final String TOPK = "{topk: 5, label_list: [cat, dog]}";

  private final Problems problems = new Problems();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "nearest,NEAREST",
    "LINEAR,LINEAR",
    "bilinear,LINEAR",
    "Bicubic,CUBIC",
    "cubic,CUBIC",
    "AREA,AREA",
    "lanczos,LANCZOS4",
    "LANCZOS4,LANCZOS4"
  })
  void interpolationsHaveTheNamesOfPaddlexAndPaddleclas(String name, Interpolation expected) {
    InferenceYaml yaml =
        operations(
            "ResizeImage: {resize_short: 9, interpolation: " + name + "}",
            "CropImage: {size: 9}",
            NORMALIZE,
            TO_CHW);
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.preprocessing().resize()).isEqualTo(Resize.toShortSide(9, expected));
  }

  @ParameterizedTest
  @CsvSource({
    "nearest,PIL_NEAREST",
    "bilinear,PIL_BILINEAR",
    "Bicubic,PIL_BICUBIC",
    "box,PIL_BOX",
    "LANCZOS4,PIL_LANCZOS",
    "lanczos,PIL_LANCZOS",
    "hamming,PIL_HAMMING"
  })
  void interpolationsOfBackendPilArePillows(String name, Interpolation expected) {
    InferenceYaml yaml =
        operations(
            "ResizeImage: {resize_short: 9, backend: pil, interpolation: " + name + "}",
            "CropImage: {size: 9}",
            NORMALIZE,
            TO_CHW);
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.preprocessing().resize()).isEqualTo(Resize.toShortSide(9, expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{resize_short: 223} | {size: 224} | brings to a short side of 223: every image",
        "{resize_short: 256} | {size: [300, 224]} | brings to a short side of 256: many an image",
        "{size: [224, 100]} | {size: 224} | brings to 224 x 100: every image",
      })
  void aCropThatIsLargerThanTheResizeLeavesIsAWarning(String resize, String crop, String text) {
    InferenceYaml yaml =
        operations("ResizeImage: " + resize, "CropImage: " + crop, NORMALIZE, TO_CHW);
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.preprocessing()).isNotNull();
    assertThat(yaml.warnings()).singleElement().asString().contains(text, "decode.small-images");
  }

  @Test
  void theDecodingOfPaddleclasSaysWhichOrderTheChannelsHave() {
    InferenceYaml rgb =
        operations(
            "DecodeImage: {to_rgb: true, channel_first: false}", RESIZE, CROP, NORMALIZE, TO_CHW);
    assertThat(rgb.preprocessing().channels()).isEqualTo(Channels.RGB);
    InferenceYaml bgr = operations("DecodeImage: {to_rgb: false}", RESIZE, CROP, NORMALIZE, TO_CHW);
    assertThat(bgr.preprocessing().channels()).isEqualTo(Channels.BGR);
    assertThat(problems.messages()).isEmpty();
    operations("DecodeImage: {channel_first: true}", RESIZE, CROP, NORMALIZE, TO_CHW);
    assertSingle("must not have channel_first");
  }

  @Test
  void sectionsThatDoNotConcernTheAnswersAreNotRead() throws IOException {
    InferenceYaml yaml =
        write(
            "Hpi: {backend_configs: {paddle_infer: {trt_dynamic_shapes: {x: [[1, 3, 224, 224]]}}}}\n"
                + pre()
                + "PostProcess: {Topk: "
                + TOPK
                + "}\n");
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.labels()).containsExactly("cat", "dog");
  }

  @Test
  void namesOfInterpolationsDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      operations("ResizeImage: {size: 9, interpolation: bilinear}", NORMALIZE, TO_CHW);
    } finally {
      Locale.setDefault(before);
    }
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void listsOfASizeAreWidthThenHeight() {
    InferenceYaml yaml =
        operations(
            "ResizeImage: {size: [40, 30]}", "CropImage: {size: [20, 10]}", NORMALIZE, TO_CHW);
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.preprocessing().resize())
        .isEqualTo(Resize.toSize(40, 30, Interpolation.LINEAR));
    assertThat(yaml.preprocessing().width()).isEqualTo(20);
    assertThat(yaml.preprocessing().height()).isEqualTo(10);
  }

  @Test
  void operationsWithoutArgumentsTakePaddlexDefaults() {
    InferenceYaml yaml = operations(RESIZE, "CropImage: null", "NormalizeImage: null", TO_CHW);
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.preprocessing().width()).isEqualTo(224);
    assertThat(yaml.preprocessing().scale()).isEqualTo(1 / 255.0);
    assertThat(yaml.preprocessing().mean()).containsExactly(0.485, 0.456, 0.406);
    assertThat(yaml.preprocessing().std()).containsExactly(0.229, 0.224, 0.225);
  }

  @ParameterizedTest
  @CsvSource({
    "1.0/255.0",
    "'\"1.0/255.0\"'",
    "1 / 255",
    "0.00392156862745098",
    "3.92156862745098e-3"
  })
  void theScaleIsANumberOrAQuotient(String scale) {
    InferenceYaml yaml = operations(RESIZE, CROP, "NormalizeImage: {scale: " + scale + "}", TO_CHW);
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.preprocessing().scale()).isEqualTo(1 / 255.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "1/0", "1e999", ".nan", ".inf", "'__import__(\"os\")'", "[1]", "1/2/3"})
  void aScaleThatIsNoFiniteNumberIsAProblem(String scale) {
    operations(RESIZE, CROP, "NormalizeImage: {scale: " + scale + "}", TO_CHW);
    assertSingle("PreProcess.transform_ops[2].NormalizeImage.scale must");
  }

  @Test
  void normalizationMayFollowToChwWhereItsOrderSaysSo() {
    InferenceYaml yaml =
        operations(RESIZE, CROP, TO_CHW, "NormalizeImage: {order: chw, scale: 1, mean: 0, std: 1}");
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.preprocessing()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "hwc"})
  void channelsLastNormalizationAfterToChwIsAProblem(String order) {
    operations(RESIZE, CROP, TO_CHW, "NormalizeImage: {order: " + order + "}");
    assertSingle("NormalizeImage has order");
  }

  @Test
  void channelsFirstNormalizationBeforeToChwIsAProblem() {
    operations(RESIZE, CROP, "NormalizeImage: {order: chw}", TO_CHW);
    assertSingle("has order 'chw' but does not come after ToCHWImage");
  }

  @Test
  void anOrderThatIsNotHonouredIsAProblem() {
    operations(CROP, RESIZE, NORMALIZE, TO_CHW);
    assertSingle(
        "must be in the order ResizeImage, CropImage, NormalizeImage, ToCHWImage (got CropImage,"
            + " ResizeImage, NormalizeImage, ToCHWImage)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ResizeImage: {resize_short: 0} | resize_short must be an integer from 1 to 16384 (got '0')",
        "ResizeImage: {resize_short: 99999999999999999999} | got '99999999999999999999'",
        "ResizeImage: {resize_short: 256.0} | resize_short must be an integer",
        "ResizeImage: {resize_short: yes} | resize_short must be an integer",
        "ResizeImage: {resize_short: [256]} | got a list",
        "ResizeImage: {} | must have resize_short or size",
        "ResizeImage: {resize_short: 9, size: 9} | not both",
        "ResizeImage: {size: [1, 2, 3]} | must be one side, or a list of width and height",
        "ResizeImage: {resize_short: 256, interpolation: magic} | interpolation must be one of",
        "ResizeImage: {resize_short: 256, backend: pil} | must have an interpolation",
        "ResizeImage: {resize_short: 256, backend: pil, interpolation: linear} | must be one of NEAREST, BILINEAR, BICUBIC, BOX, LANCZOS4 (got 'linear')",
        "ResizeImage: {resize_short: 256, backend: gd} | backend must be cv2 or pil",
        "ResizeImage: {resize_short: 256, keep: 1} | keep is not known here",
        "ResizeImage: null | must be a mapping (got null)",
      })
  void aBadResizeIsAProblem(String operation, String problem) {
    operations(operation, CROP, NORMALIZE, TO_CHW);
    assertSingle(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NormalizeImage: {channel_num: 4} | channel_num must be an integer from 3 to 3",
        "NormalizeImage: {mean: [1, 2]} | mean must be one number, or a list of three",
        "NormalizeImage: {mean: [1, x, 3]} | mean[1] must be a finite number",
        "NormalizeImage: {std: [1, 0.0, 1]} | std must not hold a 0",
        "NormalizeImage: {order: wch} | order must be '', hwc or chw",
        "NormalizeImage: [] | must be a mapping",
      })
  void aBadNormalizationIsAProblem(String operation, String problem) {
    operations(RESIZE, CROP, operation, TO_CHW);
    assertSingle(problem);
  }

  @Test
  void aShortSideWithoutACropIsAProblem() {
    operations(RESIZE, NORMALIZE, TO_CHW);
    assertSingle("CropImage must follow");
  }

  @Test
  void everyMissingOrUnknownOperationIsNamedAtOnce() {
    operations("RandFlip: {p: 1}", "Rotate: null");
    assertThat(problems.messages())
        .hasSize(5)
        .anyMatch(problem -> problem.contains("[0].RandFlip is not a known operation"))
        .anyMatch(problem -> problem.contains("[1].Rotate is not a known operation"))
        .anyMatch(problem -> problem.endsWith("transform_ops has no ResizeImage"))
        .anyMatch(problem -> problem.endsWith("transform_ops has no NormalizeImage"))
        .anyMatch(problem -> problem.endsWith("transform_ops has no ToCHWImage"));
  }

  @Test
  void anOperationTwiceIsAProblem() {
    operations(RESIZE, RESIZE, CROP, NORMALIZE, TO_CHW);
    assertSingle("is a second ResizeImage");
  }

  @Test
  void twoOperationsInOneItemAreAProblem() {
    operations(RESIZE + ", " + CROP, NORMALIZE, TO_CHW);
    assertThat(problems.messages())
        .anyMatch(problem -> problem.contains("must hold one operation"));
  }

  @Test
  void labelsAreTextAsTheFileHasIt() {
    InferenceYaml yaml =
        read(pre(), "{label_list: [no, 1.50, 0x10, 2001-01-01, '', \"crane\", crane]}");
    assertThat(problems.messages()).isEmpty();
    assertThat(yaml.labels())
        .containsExactly("no", "1.50", "0x10", "2001-01-01", "", "crane", "crane");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null | PostProcess has no Topk.label_list",
        "{topk: 5} | Topk has no label_list",
        "{topk: 5, label_list: null, class_id_map_file: map.txt} | class_id_map_file is not supported",
        "{label_list: []} | label_list must not be empty",
        "{label_list: cat} | label_list must be a list",
        "{label_list: [cat, null]} | label_list[1] must be text (got null)",
        "{label_list: [cat, [dog]]} | label_list[1] must be text (got a list)",
        "{topk: 0, label_list: [cat]} | topk must be an integer from 1",
        "{label_list: [cat], delimiter: x} | delimiter is not known here",
        "{label_list: [cat], label_list: [dog]} | label_list is given twice",
      })
  void badLabelsAreAProblem(String topk, String problem) {
    read(pre(), topk);
    assertSingle(problem);
  }

  @Test
  void manyBadLabelsAreCounted() {
    read(pre(), "{label_list: [" + "null, ".repeat(30) + "cat]}");
    assertThat(problems.messages()).hasSize(6).last().asString().contains("has 25 more");
  }

  @Test
  void anotherPostProcessIsAProblem() throws IOException {
    write(
        pre() + "PostProcess:\n  Topk: " + TOPK + "\n  MultiLabelThreshOutput: {threshold: 0.5}\n");
    assertSingle("PostProcess.MultiLabelThreshOutput is not supported");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | inference.yml is empty",
        "null | must be a mapping (got null)",
        "[1, 2] | must be a mapping (got a list)",
        "text | must be a mapping (got 'text')",
        "'{' | inference.yml:1 is not valid YAML",
        "'a: *b' | is not valid YAML",
        "'a: 1\t: 2' | is not valid YAML",
      })
  void aFileThatIsNoMappingIsOneProblem(String content, String problem) throws IOException {
    write(content);
    assertSingle(problem);
  }

  @Test
  void bothMissingSectionsAreNamed() throws IOException {
    write("Global: {model_name: m}");
    assertThat(problems.messages())
        .hasSize(2)
        .anyMatch(problem -> problem.endsWith("has no PreProcess.transform_ops"))
        .anyMatch(problem -> problem.endsWith("has no PostProcess.Topk.label_list"));
  }

  @Test
  void hostileFilesAreProblemsAndBuildNothing() throws IOException {
    write("[".repeat(5000));
    assertThat(problems.messages()).singleElement().asString().contains("not valid YAML");
    read(pre(), "{label_list: [cat, !!javax.script.ScriptEngineManager [x]]}");
    assertThat(problems.messages()).last().asString().contains("ScriptEngineManager");
    StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 40; i++) {
      String alias = "*a" + (i - 1);
      bomb.append("a%d: &a%d [%s, %s]\n".formatted(i, i, alias, alias));
    }
    write(bomb.toString());
    assertThat(problems.messages()).last().asString().contains("not valid YAML");
    write("PreProcess: &self {transform_ops: [{ResizeImage: *self}]}");
    assertThat(problems.messages()).anyMatch(problem -> problem.contains("ResizeImage"));
  }

  @Test
  void textThatIsNotUtf8IsAProblem() throws IOException {
    Files.write(
        folder.resolve("inference.yml"),
        "Global: {a: \u00e4}".getBytes(StandardCharsets.ISO_8859_1));
    InferenceYaml.read(folder.resolve("inference.yml"), problems);
    assertSingle("can't be read as UTF-8 text");
  }

  private static String pre() {
    return "PreProcess: {transform_ops: [{%s}, {%s}, {%s}, {%s}]}\n"
        .formatted(RESIZE, CROP, NORMALIZE, TO_CHW);
  }

  private InferenceYaml operations(String... operations) {
    String list = String.join("}\n  - {", List.of(operations));
    return read("PreProcess:\n  transform_ops:\n  - {" + list + "}\n", TOPK);
  }

  private InferenceYaml read(String preProcess, String topk) {
    try {
      return write(preProcess + "PostProcess: {Topk: " + topk + "}\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private InferenceYaml write(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("inference.yml"), content);
    return InferenceYaml.read(file, problems);
  }

  private void assertSingle(String text) {
    assertThat(problems.messages()).singleElement().asString().contains(text);
  }
}
