// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.testing.OnnxGraphs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Which models the naive variants can run. */
class NaiveLoopsTest {

  private static final String RESIZE = "resize: {size: 8, interpolation: linear, backend: cv2}";

  @TempDir Path folder;

  @Test
  void aModelOfThreePlanesOfFloat32IsRun() throws Exception {
    assertThat(obstacles(OnnxGraphs.classifier(4, 8, 8), RESIZE, "rgb")).isEmpty();
  }

  @Test
  void whateverElseAModelHasIsNamed() throws Exception {
    assertThat(obstacles(OnnxGraphs.classifier(4, 8, 8), "crop: {size: 8}", "rgb"))
        .containsExactly("no resize");
    assertThat(obstacles(OnnxGraphs.classifier(4, 8, 8).grey(), RESIZE, "gray"))
        .containsExactly("an input of one channel");
    assertThat(
            obstacles(
                OnnxGraphs.classifier(4, 8, 8).channelsLast().input(ElementType.UINT8),
                RESIZE,
                "rgb"))
        .containsExactly("an input with its channels last", "an input of uint8");
    assertThat(obstacles(OnnxGraphs.classifier(4, 8, 8).input(ElementType.FLOAT16), RESIZE, "rgb"))
        .containsExactly("an input of float16");
  }

  @Test
  void ofAFixedBatchTheLoopIsLeftOutAlone() throws Exception {
    ModelDescriptor model = model(OnnxGraphs.classifier(4, 8, 8).batch(4), RESIZE, "rgb");

    assertThat(NaiveLoops.obstacles("naive-loop", model)).containsExactly("a fixed batch of 4");
    assertThat(NaiveLoops.obstacles("naive-decode-preprocess", model)).isEmpty();
  }

  @Test
  void whoNamesOneThatCanNotRunTheModelIsRefusedWithTheReason() throws Exception {
    model(OnnxGraphs.classifier(4, 8, 8).grey(), RESIZE, "gray");
    StringWriter err = new StringWriter();

    int code =
        new CommandLine(new BenchCommand())
            .setErr(new PrintWriter(err))
            .execute(
                "--model",
                folder.toString(),
                "--images",
                folder.toString(),
                "--only",
                "decode,naive-loop");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .startsWith(
            "--only: naive-loop can't run flowers, which has an input of one channel: leave it out");
  }

  private List<String> obstacles(OnnxGraphs graph, String size, String channels) throws Exception {
    return NaiveLoops.obstacles("naive-loop", model(graph, size, channels));
  }

  private ModelDescriptor model(OnnxGraphs graph, String size, String channels) throws Exception {
    Files.write(folder.resolve("graph.onnx"), graph.build().toByteArray());
    Files.writeString(
        folder.resolve("sightline.yml"),
        """
        model:
          name: flowers
        preprocess:
          %s
          channels: %s
          scale: 1
          mean: 0
          std: 1
        labels: [%s]
        """
            .formatted(size, channels, String.join(", ", graph.labels())));
    Problems problems = new Problems();
    ModelDescriptor model = ModelFolder.read(folder, ModelSettings.of(folder.toString()), problems);
    problems.throwIfAny();
    return requireNonNull(model);
  }
}
