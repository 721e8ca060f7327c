// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.sightline.testing.OnnxGraphs.Ending;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxGraphsTest {

  private static final float[] DARK = {0.1f, 0.2f, 0.3f};
  private static final float[] BRIGHT = {0.1f, 0.9f, 0.3f};

  @TempDir Path folder;

  @Test
  void theSessionAnswersWhatScoresComputes() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(5, 4, 6);
    FloatBuffer scores = run(graph, DARK, BRIGHT);
    assertScores(scores, 0, graph.scores(0.1, 0.2, 0.3));
    assertScores(scores, 1, graph.scores(0.1, 0.9, 0.3));
  }

  @Test
  void everyVariantRuns() throws Exception {
    OnnxGraphs pooled = OnnxGraphs.classifier(5, 4, 6).pooledOutput().batch(2);
    assertScores(run(pooled, DARK, BRIGHT), 1, pooled.scores(0.1, 0.9, 0.3));
    OnnxGraphs external = OnnxGraphs.classifier(5, 4, 6).externalData("data/weights.bin", 64);
    assertScores(run(external, DARK), 0, external.scores(0.1, 0.2, 0.3));
    for (Ending ending : Ending.values()) {
      OnnxGraphs graph = OnnxGraphs.classifier(5, 4, 6).ending(ending);
      assertScores(run(graph, DARK), 0, graph.answers(0.1, 0.2, 0.3));
    }
  }

  @Test
  void anImageAboveTheThresholdFailsTheRunOrGivesNan() throws Exception {
    OnnxGraphs failing = OnnxGraphs.classifier(5, 4, 6).failAbove(0.5f);
    assertScores(run(failing, DARK, DARK), 1, failing.scores(0.1, 0.2, 0.3));
    assertThatThrownBy(() -> run(failing, DARK, BRIGHT)).isInstanceOf(OrtException.class);
    FloatBuffer scores = run(OnnxGraphs.classifier(5, 4, 6).nanAbove(0.5f), BRIGHT, DARK);
    assertThat(scores.get(0)).isNaN();
    assertScores(scores, 1, failing.scores(0.1, 0.2, 0.3));
  }

  private static void assertScores(FloatBuffer actual, int image, float[] expected) {
    for (int k = 0; k < expected.length; k++) {
      assertThat(actual.get(image * expected.length + k)).isCloseTo(expected[k], within(1e-5f));
    }
  }

  private FloatBuffer run(OnnxGraphs graph, float[]... colours) throws Exception {
    Path model = graph.writeFolder(folder).resolve("inference.onnx");
    FloatBuffer pixels = FloatBuffer.allocate(colours.length * 3 * 4 * 6);
    for (float[] colour : colours) {
      for (float channel : colour) {
        for (int i = 0; i < 4 * 6; i++) {
          pixels.put(channel);
        }
      }
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(model.toString(), options);
        OnnxTensor input =
            OnnxTensor.createTensor(
                environment, pixels.flip(), new long[] {colours.length, 3, 4, 6});
        OrtSession.Result result = session.run(Map.of(OnnxGraphs.INPUT, input))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer();
    }
  }
}
