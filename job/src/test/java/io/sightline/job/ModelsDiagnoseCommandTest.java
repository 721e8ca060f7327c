// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsDiagnoseCommandTest {

  private static final int CLASSES = 4;
  private static final int IMAGES = 100;

  @TempDir private static Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void writeModelAndDataSet() throws IOException {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, 4, 4);
    graph.writeFolder(folder.resolve("intact"));
    graph.writeFolder(
        folder.resolve("centred"),
        graph.build(),
        graph
            .inferenceYaml()
            .replace("mean: [0.0, 0.0, 0.0]", "mean: [0.5, 0.5, 0.5]")
            .replace("std: [1.0, 1.0, 1.0]", "std: [0.5, 0.5, 0.5]"));
    Path dataset = Files.createDirectories(folder.resolve("data"));
    Random random = new Random(1);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      int[] rgb = random.ints(3, 0, 256).toArray();
      Files.write(
          dataset.resolve(i + ".png"), TestImages.solid(".png", 6, 6, rgb[0], rgb[1], rgb[2]));
      float[] scores = graph.scores(rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
      int best = IntStream.range(0, CLASSES).reduce(0, (a, b) -> scores[b] > scores[a] ? b : a);
      lines.add(i + ".png " + best);
    }
    Files.write(dataset.resolve("val.txt"), lines);
  }

  @Test
  void nothingIsFoundInAnIntactFolder() {
    assertThat(run("intact", "--dataset", folder.resolve("data").toString())).isZero();
    assertThat(out.toString())
        .contains("Nothing found")
        .contains("1.0000 (100 of 100;")
        .contains("The best of what was tried:");
  }

  @Test
  void aFindingHasItsFiguresAndWhatToChange() {
    assertThat(run("centred", "--dataset", folder.resolve("data").toString())).isZero();
    assertThat(out.toString())
        .contains("1. scale, mean and std: ")
        .contains("-> 1.0000")
        .contains("-> inference.yml: NormalizeImage.");
  }

  @Test
  void jsonHasFindingsAndAllThatWasTried() throws Exception {
    assertThat(run("centred", "--dataset", folder.resolve("data").toString(), "--format", "json"))
        .isZero();
    JsonNode tree = new ObjectMapper().readTree(out.toString());
    assertThat(tree.at("/images").asInt()).isEqualTo(IMAGES);
    assertThat(tree.at("/findings/0/causes/0").asText()).isEqualTo("normalization");
    assertThat(tree.at("/findings/0/top1").asDouble()).isEqualTo(1);
    assertThat(tree.at("/findings/0/adjusted_p_value").asDouble()).isLessThan(0.05);
    assertThat(tree.at("/tried").size()).isGreaterThan(5);
  }

  @Test
  void whatIsWrongWithModelAndDataSetIsSaidAndNothingIsRun() {
    assertThat(run("intact", "--dataset", folder.resolve("none").toString()))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--dataset: ").contains("Nothing was run");
    assertThat(run("intact", "--dataset", folder.resolve("data").toString(), "--max-images", "0"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--max-images must be at least 1");
  }

  @Test
  void everyFaultOfTheModelsFolderIsNamed() throws IOException {
    Path broken = Files.createDirectories(folder.resolve("broken"));
    Files.writeString(broken.resolve("inference.yml"), "PreProcess: 1");
    Files.writeString(broken.resolve("inference.onnx"), "no graph");

    assertThat(run("broken", "--dataset", folder.resolve("data").toString()))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString())
        .contains("inference.onnx", "PreProcess", "Nothing was run")
        .doesNotContain("there is no folder");
  }

  private int run(String model, String... arguments) {
    return Sightline.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(
            Stream.concat(
                    Stream.of("models", "diagnose", folder.resolve(model).toString()),
                    Stream.of(arguments))
                .toArray(String[]::new));
  }
}
