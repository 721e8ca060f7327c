// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import io.sightline.classify.Classifier.Scores;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.OnnxGraphs.Ending;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierTest {

  private static final int SIDE = 8;
  private static final int CLASSES = 6;
  private static final float[] DARK = {0.1f, 0.2f, 0.3f};
  private static final float[] BRIGHT = {0.2f, 0.9f, 0.1f};
  private static final float[] GREY = {0.4f, 0.4f, 0.4f};

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"0,false", "0,true", "4,false", "4,true", "1,false"})
  void everyRowHasItsOwnScores(int fixedBatch, boolean pooled) throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).batch(fixedBatch);
    try (Classifier classifier = open(pooled ? graph.pooledOutput() : graph)) {
      int maxSize = fixedBatch > 0 ? fixedBatch : 4;
      classifier.warmUp(maxSize);
      Scores scores = classifier.newScores(maxSize);
      float[][] colours = maxSize == 1 ? new float[][] {DARK} : new float[][] {DARK, BRIGHT, GREY};
      classifier.run(rows(maxSize, colours), colours.length, scores);
      for (int i = 0; i < colours.length; i++) {
        assertScores(scores.of(i), graph, colours[i]);
      }
      ByteBuffer rows = rows(maxSize, colours);
      for (int i = colours.length - 1; i >= 0; i--) {
        classifier.runAlone(rows, i, scores);
        assertScores(scores.of(0), graph, colours[i]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, true, 0",
    "FLOAT16, false, 0",
    "FLOAT16, true, 4",
    "UINT8, false, 4",
    "UINT8, true, 0"
  })
  void rowsOfEveryFormatAreRunWhereTheyLie(ElementType type, boolean channelsLast, int fixedBatch)
      throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).input(type).batch(fixedBatch);
    try (Classifier classifier = open(channelsLast ? graph.channelsLast() : graph)) {
      classifier.warmUp(4);
      Scores scores = classifier.newScores(4);
      // What float16 and uint8 hold exactly.
      float[][] colours = {{0.5f, 0.25f, 0.125f}, {0, 1, 0.75f}};
      if (type == ElementType.UINT8) {
        colours = new float[][] {{2, 1, 0}, {0, 255, 254}};
      }
      ByteBuffer rows = rows(type, channelsLast, 4, colours);
      classifier.run(rows, 2, scores);
      assertScores(scores.of(0), graph, colours[0]);
      assertScores(scores.of(1), graph, colours[1]);
      classifier.runAlone(rows, 1, scores);
      assertScores(scores.of(0), graph, colours[1]);
    }
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void scoresAreMadeOfAnswersOnceWhereverTheGraphEnds(Ending ending) throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).ending(ending);
    try (Classifier classifier = open(graph)) {
      Scores scores = classifier.newScores(2);
      classifier.run(rows(2, DARK, BRIGHT), 2, scores);
      assertScores(scores.of(1), graph, BRIGHT);
      assertScores(scores.of(0), graph, DARK);
      assertScores(scores.of(1), graph, BRIGHT);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void scoresOfHalfPrecisionAreConverted(boolean pooled) throws Exception {
    OnnxGraphs graph =
        OnnxGraphs.classifier(CLASSES, SIDE, SIDE).output(ElementType.FLOAT16).logits();
    try (Classifier classifier = open(pooled ? graph.pooledOutput() : graph)) {
      Scores scores = classifier.newScores(2);
      classifier.run(rows(2, DARK, BRIGHT), 2, scores);
      assertThat(scores.of(1))
          .containsExactly(graph.scores(BRIGHT[0], BRIGHT[1], BRIGHT[2]), within(5e-3f));
      assertThat(scores.of(0))
          .containsExactly(graph.scores(DARK[0], DARK[1], DARK[2]), within(5e-3f));
    }
  }

  @Test
  void oneOfSeveralOutputsHoldsTheScores() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).featuresOutput();
    try (Classifier classifier = open(graph)) {
      Scores scores = classifier.newScores(1);
      classifier.run(rows(1, DARK), 1, scores);
      assertScores(scores.of(0), graph, DARK);
    }
  }

  @Test
  void externalDataIsFound() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).externalData("data/w.bin", 64);
    try (Classifier classifier = open(graph)) {
      Scores scores = classifier.newScores(1);
      classifier.run(rows(1, BRIGHT), 1, scores);
      assertScores(scores.of(0), graph, BRIGHT);
    }
  }

  @ParameterizedTest
  @CsvSource({"5,false", "7,false", "5,true", "7,true"})
  void anotherNumberOfScoresThanLabelsIsFoundByTheWarmUp(int labels, boolean pooled)
      throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE);
    var model = Models.write(folder, pooled ? graph.pooledOutput() : graph);
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < labels; i++) {
      wrong.add("label-" + i);
    }
    try (Classifier classifier =
        Classifier.open(Models.with(model, wrong), folder, Models.CPU, Set.of(), 0)) {
      assertThatThrownBy(() -> classifier.warmUp(4)).isInstanceOf(OrtException.class);
    }
  }

  @Test
  void aFailedRunLeavesTheSessionUsable() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).failAbove(0.5f);
    try (Classifier classifier = open(graph)) {
      Scores scores = classifier.newScores(4);
      assertThatThrownBy(() -> classifier.run(rows(4, DARK, BRIGHT), 2, scores))
          .isInstanceOf(OrtException.class);
      assertThatThrownBy(() -> classifier.runAlone(rows(4, DARK, BRIGHT), 1, scores))
          .isInstanceOf(OrtException.class);
      classifier.runAlone(rows(4, DARK, BRIGHT), 0, scores);
      assertScores(scores.of(0), graph, DARK);
    }
  }

  @Test
  void rowsBeyondTheSizeOfAFixedBatchDoNotChangeTheOthers() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).batch(4);
    try (Classifier classifier = open(graph)) {
      Scores scores = classifier.newScores(4);
      float[] nan = {Float.NaN, Float.NaN, Float.NaN};
      classifier.run(rows(4, DARK, nan, nan, BRIGHT), 1, scores);
      assertScores(scores.of(0), graph, DARK);
    }
  }

  @Test
  void aBrokenGraphDoesNotOpen() throws Exception {
    var model = Models.write(folder, OnnxGraphs.classifier(CLASSES, SIDE, SIDE));
    Files.write(folder.resolve("inference.onnx"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> Classifier.open(model, folder, Models.CPU, Set.of(), 0))
        .isInstanceOf(OrtException.class);
  }

  @Test
  void afterItsCloseNothingRuns() throws Exception {
    Classifier classifier = open(OnnxGraphs.classifier(CLASSES, SIDE, SIDE));
    Scores scores = classifier.newScores(1);
    classifier.close();
    classifier.close();
    assertThatThrownBy(() -> classifier.run(rows(1, DARK), 1, scores))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the session is closed");
  }

  /** Freed memory under a run would end the process. */
  @Test
  @Timeout(60)
  void closeWaitsForBatchesThatAreRunning() throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, 64, 64);
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 20; round++) {
        Classifier classifier = open(graph);
        CountDownLatch running = new CountDownLatch(3);
        AtomicInteger runs = new AtomicInteger();
        List<Future<?>> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          threads.add(
              executor.submit(
                  () -> {
                    Scores scores = classifier.newScores(8);
                    ByteBuffer rows = ByteBuffer.allocateDirect(8 * 3 * 64 * 64 * Float.BYTES);
                    try {
                      while (true) {
                        classifier.run(rows, 8, scores);
                        runs.incrementAndGet();
                        running.countDown();
                      }
                    } catch (IllegalStateException closed) {
                      return null;
                    }
                  }));
        }
        running.await();
        classifier.close();
        for (Future<?> thread : threads) {
          thread.get();
        }
        assertThat(runs.get()).isGreaterThanOrEqualTo(3);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private Classifier open(OnnxGraphs graph) throws Exception {
    Classifier classifier =
        Classifier.open(Models.write(folder, graph), folder, Models.CPU, Set.of(), 0);
    assertThat(classifier.provider()).isEqualTo(Provider.CPU);
    return classifier;
  }

  private static ByteBuffer rows(int maxSize, float[]... colours) {
    return rows(ElementType.FLOAT32, false, maxSize, colours);
  }

  private static ByteBuffer rows(
      ElementType type, boolean channelsLast, int maxSize, float[]... colours) {
    int pixels = SIDE * SIDE;
    ByteBuffer rows =
        ByteBuffer.allocateDirect(maxSize * 3 * pixels * type.bytes())
            .order(ByteOrder.nativeOrder());
    for (float[] colour : colours) {
      for (int i = 0; i < 3 * pixels; i++) {
        float value = colour[channelsLast ? i % 3 : i / pixels];
        switch (type) {
          case FLOAT32 -> rows.putFloat(value);
          case FLOAT16 -> rows.putShort(Fp16Conversions.floatToFp16(value));
          case UINT8 -> rows.put((byte) (int) value);
        }
      }
    }
    return rows.clear();
  }

  private static void assertScores(float[] actual, OnnxGraphs graph, float[] colour) {
    assertThat(actual)
        .containsExactly(graph.scores(colour[0], colour[1], colour[2]), within(1e-5f));
  }
}
