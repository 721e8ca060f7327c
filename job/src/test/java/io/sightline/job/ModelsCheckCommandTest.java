// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.testing.OnnxGraphs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCheckCommandTest {

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aSoundModelPassesWithALineForEachCheck() throws Exception {
    OnnxGraphs.classifier(4, 8, 8).writeFolder(folder);

    assertThat(run(folder.toString())).isZero();

    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .containsPattern("(?m)^  ok      model +TestClassifier, fingerprint [0-9a-f]{64}$")
        .containsPattern("(?m)^  ok      session +on cpu, loaded in [0-9.]+ s ")
        .containsPattern("(?m)^  ok      batch +of any size: [0-9.]+ ms for one, .* for 8 ")
        .containsPattern("(?m)^  ok      finite ")
        .containsPattern(
            "(?m)^  ok      scores +of each image sum to 1 \\(1\\.0000 to 1\\.0000\\)$")
        .containsPattern("(?m)^  ok      same answers +alone and in a batch of 8: ")
        .doesNotContain("warning")
        .endsWith("The model can be run.\n");
  }

  @Test
  void aFixedBatchIsRunAtItsSize() throws Exception {
    OnnxGraphs.classifier(4, 8, 8).batch(3).pooledOutput().writeFolder(folder);

    assertThat(run(folder.toString())).isZero();

    assertThat(out.toString())
        .containsPattern("(?m)^  ok      batch +fixed at 3, .* for 3 ")
        .containsPattern("(?m)^  ok      same answers +alone and in a batch of 3: ");
  }

  @Test
  void theSizeOfTheBatchIsAnOption() throws Exception {
    OnnxGraphs.classifier(4, 8, 8).writeFolder(folder);

    JsonNode checked = json(folder.toString(), "--set", "batch.max-size=5");

    assertThat(checked.get("passed").asBoolean()).isTrue();
    assertThat(checked.get("batch").asInt()).isEqualTo(5);
    assertThat(checked.get("provider").asText()).isEqualTo("cpu");
    assertThat(checked.at("/checks/0/status").asText()).isEqualTo("ok");
  }

  @Test
  void scoresThatAreNotFiniteFailTheCheck() throws Exception {
    OnnxGraphs.classifier(4, 8, 8).nanAbove(0.1f).writeFolder(folder);

    assertThat(run(folder.toString())).isEqualTo(ExitCode.FAILED);

    assertThat(out.toString())
        .containsPattern(
            "(?m)^  FAILED  finite +16 of 16 answers have a score that is not a finite")
        .endsWith("The model can't be run as it is.\n");
  }

  @Test
  void aGraphThatCantBeRunFailsTheCheck() throws Exception {
    OnnxGraphs.classifier(4, 8, 8).failAbove(0.1f).writeFolder(folder);

    assertThat(run(folder.toString())).isEqualTo(ExitCode.FAILED);

    assertThat(out.toString()).containsPattern("(?m)^  FAILED  session +.*OrtException");
  }

  @Test
  void logitsThatAreTakenForScoresAreWarnedOf() throws Exception {
    OnnxGraphs.classifier(4, 8, 8).logits().writeFolder(folder);

    assertThat(run(folder.toString(), "--set", "model.apply-softmax=false")).isZero();

    assertThat(out.toString())
        .containsPattern("(?m)^  warning scores +are no probabilities .*model.apply-softmax: true");
  }

  @Test
  void softmaxOfASoftmaxIsWarnedOf() throws Exception {
    OnnxGraphs.classifier(4, 8, 8).writeFolder(folder);

    assertThat(run(folder.toString(), "--set", "model.apply-softmax=true")).isZero();

    assertThat(out.toString())
        .containsPattern("(?m)^  warning scores +as flat as softmax of a softmax makes them");
  }

  @Test
  void aNameWithoutAFolderCantBeChecked() {
    assertThat(run("PP-LCNet_x1_0", "--set", "model.repository=" + folder))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString())
        .contains("there is no folder " + folder + "/PP-LCNet_x1_0")
        .contains("`sightline models show PP-LCNet_x1_0`");
  }

  private JsonNode json(String... arguments) throws Exception {
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
        .execute(Stream.concat(Stream.of("models", "check"), arguments).toArray(String[]::new));
  }
}
