// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.TestArchives;
import io.sightline.testing.TestGifs;
import io.sightline.testing.TestImages;
import io.sightline.testing.TestPdfs;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagedPredictionsTest {

  private static final OnnxGraphs GRAPH = OnnxGraphs.classifier(6, 8, 8);

  @TempDir Path folder;

  @Test
  void pagesAndFramesArePredictedInTheirOrderWithTheirIndexes() throws Exception {
    Path pdf = folder.resolve("a.pdf");
    Files.write(pdf, TestPdfs.pdf(30, 30, Color.RED, Color.GREEN, Color.BLUE));
    Path gif = folder.resolve("b.gif");
    Files.write(
        gif,
        TestGifs.gif(
            TestGifs.Frame.of(0, 0, 20, 20, TestGifs.BLUE),
            TestGifs.Frame.of(0, 0, 20, 20, TestGifs.RED)));
    Path tar = folder.resolve("c.tar");
    Files.write(
        tar, TestArchives.tar(Map.of("g.png", TestImages.solid(".png", 20, 20, 0, 255, 0))));
    Path model = Files.createDirectory(folder.resolve("model"));
    GRAPH.writeFolder(model);
    PredictSettings settings =
        PredictSettings.defaults().withFrames(Frames.ALL).withWorkers(2).withBatchSize(2);
    try (ImageClassifier classifier = Sightline.load(model, settings);
        Stream<Prediction> stream =
            classifier.predictAll(Input.of(pdf), Input.of(gif), Input.of(tar))) {
      List<Prediction> predictions = stream.toList();
      assertThat(predictions)
          .extracting(Prediction::pageIndex)
          .containsExactly(0, 1, 2, 0, 1, null);
      String inTar = tar + "!/g.png";
      assertThat(predictions)
          .extracting(Prediction::inputPath)
          .containsExactly("" + pdf, "" + pdf, "" + pdf, "" + gif, "" + gif, inTar);
      assertIs(predictions.get(0), 1, 0, 0);
      assertIs(predictions.get(1), 0, 1, 0);
      assertIs(predictions.get(2), 0, 0, 1);
      assertIs(predictions.get(3), 0, 0, 1);
      assertIs(predictions.get(4), 1, 0, 0);
      assertIs(predictions.get(5), 0, 1, 0);
    }
  }

  /** The archive is gone by then: so it was not unpacked again. */
  @Test
  void whatWasUnpackedOnceIsSavedWithoutUnpackingItAgainWhereItIsKept() throws Exception {
    Path model = Files.createDirectory(folder.resolve("model"));
    GRAPH.writeFolder(model);
    Path tar = folder.resolve("c.tar");
    for (boolean kept : new boolean[] {true, false}) {
      Files.write(
          tar, TestArchives.tar(Map.of("g.png", TestImages.solid(".png", 20, 20, 0, 255, 0))));
      PredictSettings settings = PredictSettings.defaults().withKeepUnpacked(kept);
      try (ImageClassifier classifier = Sightline.load(model, settings);
          Stream<Prediction> stream = classifier.predictAll(Input.of(tar))) {
        Prediction prediction = stream.toList().get(0);
        Files.delete(tar);
        if (kept) {
          assertThat(prediction.saveToImage(folder)).exists();
        } else {
          assertThatThrownBy(() -> prediction.saveToImage(folder))
              .isInstanceOf(ImageRejectedException.class);
        }
      }
    }
  }

  private static void assertIs(Prediction prediction, double r, double g, double b) {
    float[] expected = GRAPH.scores(r, g, b);
    assertThat(prediction.rejection()).isEmpty();
    for (int i = 0; i < prediction.classIds().size(); i++) {
      assertThat(prediction.scores().get(i))
          .isCloseTo(expected[prediction.classIds().get(i)], within(1e-4f));
    }
  }
}
