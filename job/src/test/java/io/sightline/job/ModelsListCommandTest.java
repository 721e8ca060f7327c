// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModelsListCommandTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void theEightyModelsAreListedByFamilyWithin120Columns() {
    assertThat(run()).isZero();

    assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(121));
    assertThat(out.toString())
        .contains("80 models, 9 of them core (*)")
        .containsPattern("(?m)^PP-LCNet: .+\\.$")
        .containsPattern(
            "(?m)^  \\* PP-LCNet_x1_0 +224 +71\\.32 +2\\.35 +0\\.47 +4\\.03 +1\\.35 +10\\.5$")
        .containsPattern("(?m)^    CLIP_vit_large_patch14_224 .* 1065\\.0$");
  }

  @Test
  void aFamilyIsNamedInWhateverCaseAndCoreModelsAreAskedFor() {
    assertThat(run("--family", "pp-hgnetv2,resnet", "--core")).isZero();

    assertThat(out.toString().lines().filter(line -> line.startsWith("  *")))
        .map(line -> line.substring(4, line.indexOf(" ", 4)))
        .containsExactly("PP-HGNetV2-B0", "PP-HGNetV2-B4", "PP-HGNetV2-B6", "ResNet50");
  }

  @Test
  void anUnknownFamilyIsABadCommandLine() {
    assertThat(run("--family", "VGG")).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString())
        .contains("--family must be one of CLIP, ConvNeXt, ")
        .contains("(got VGG)");
  }

  @Test
  void aFamilyWithoutACoreModelGivesAnEmptyList() throws Exception {
    assertThat(run("--family", "StarNet", "--core")).isZero();
    assertThat(out.toString()).contains("None of these models is a core model.");
    assertThat(json("--family", "StarNet", "--core")).isEmpty();
  }

  @Test
  void jsonHasWhatIsPublished() throws Exception {
    JsonNode models = json("--family", "StarNet");

    assertThat(models).hasSize(4);
    assertThat(models.get(0).get("name").asText()).isEqualTo("StarNet-S1");
    assertThat(models.get(0).get("top1").asDouble()).isEqualTo(0.736);
    assertThat(models.get(0).at("/preprocessing/resize/interpolation").asText())
        .isEqualTo("bicubic");
    assertThat(models.get(0).at("/preprocessing/resize/backend").asText()).isEqualTo("pil");
    assertThat(models.get(0).at("/older_preprocessing/resize/short_side").asInt()).isEqualTo(224);
  }

  @Test
  void withoutACommandTheCommandsOfTheGroupAreShown() {
    assertThat(Sightline.commandLine().setErr(new PrintWriter(err)).execute("models"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("A command is missing").containsPattern("(?m)^  list ");
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
        .execute(Stream.concat(Stream.of("models", "list"), arguments).toArray(String[]::new));
  }
}
