// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.classify.Classifier;
import io.sightline.config.InspectionConfig;
import io.sightline.decode.ImageDecoder;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.ModelDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a model answered to made images, each by itself and all in one batch, and how long it took.
 *
 * @param provider that it ran on
 * @param batch images of the batch: the graph's own where that is fixed
 * @param alone scores of each image by itself, {@code [images, C]}
 * @param together scores of the first images in one batch, {@code [batch, C]}
 * @param librarySeconds to load OpenCV, which is unpacked the first time
 * @param loadSeconds to load ONNX Runtime and open the session
 * @param aloneMillis for one image by itself, the median
 * @param batchMillis for the whole batch
 */
record ModelTrial(
    String provider,
    int batch,
    List<float[]> alone,
    List<float[]> together,
    double librarySeconds,
    double loadSeconds,
    double aloneMillis,
    double batchMillis) {

  private static final int LEAST_IMAGES = 4;
  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;

  /**
   * Runs the model, as a slot would.
   *
   * @throws Exception where a library can't be loaded, the model can't be run, or its preprocessing
   *     rejects an image of an ordinary size
   */
  static ModelTrial run(ModelDescriptor model, InspectionConfig config) throws Exception {
    long start = System.nanoTime();
    ImageDecoder.loadNatives();
    long natives = System.nanoTime();
    try (LocalFolder folder = LocalFolder.acquire(model.dir(), model.fingerprint());
        Classifier classifier =
            Classifier.open(model, folder.path(), config.device(), Set.of(), 0)) {
      double loadSeconds = (System.nanoTime() - natives) / 1e9;
      int fixed = model.input().fixedBatch();
      int batch = fixed > 0 ? fixed : config.batch().maxSize();
      ByteBuffer rows = rows(model, config, Math.max(batch, LEAST_IMAGES));
      Runner runner = new Runner(classifier, model, Math.max(batch, 1));
      int images = rows.capacity() / model.input().rowBytes();
      List<float[]> alone = new ArrayList<>();
      long[] nanos = new long[images];
      runner.alone(rows, 0); // the first run takes memory, and is slow for it
      for (int i = 0; i < images; i++) {
        long began = System.nanoTime();
        alone.add(runner.alone(rows, i));
        nanos[i] = System.nanoTime() - began;
      }
      Arrays.sort(nanos);
      runner.together(rows, batch);
      long began = System.nanoTime();
      List<float[]> together = runner.together(rows, batch);
      double batchMillis = (System.nanoTime() - began) / 1e6;
      return new ModelTrial(
          classifier.provider().label(),
          batch,
          alone,
          together,
          (natives - start) / 1e9,
          loadSeconds,
          nanos[images / 2] / 1e6,
          batchMillis);
    }
  }

  private static ByteBuffer rows(ModelDescriptor model, InspectionConfig config, int images)
      throws Exception {
    int rowBytes = model.input().rowBytes();
    ByteBuffer rows = direct(Math.multiplyExact(images, rowBytes));
    int width = Math.max(WIDTH, 2 * model.preprocessing().width());
    int height = Math.max(HEIGHT, 2 * model.preprocessing().height());
    try (ImageDecoder decoder =
        new ImageDecoder(model.preprocessing(), model.input().format(), config.decode())) {
      for (int i = 0; i < images; i++) {
        byte[] png = MadeImages.png(i, width, height);
        decoder.decode(png, 0, png.length);
        decoder.writeTo(rows.slice(i * rowBytes, rowBytes));
      }
    }
    return rows;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** Copies rows to where a run wants them, and scores to where the next run leaves them. */
  private static final class Runner {

    private final Classifier classifier;
    private final Classifier.Scores scores;
    private final ByteBuffer single;
    private final int rowBytes;

    Runner(Classifier classifier, ModelDescriptor model, int batch) {
      this.classifier = classifier;
      this.scores = classifier.newScores(batch);
      this.rowBytes = model.input().rowBytes();
      this.single = direct(Math.max(1, model.input().fixedBatch()) * rowBytes);
    }

    /** In a batch of its own; where the graph fixes another size, what is beyond it is zero. */
    float[] alone(ByteBuffer rows, int image) throws Exception {
      single.put(0, rows, image * rowBytes, rowBytes);
      classifier.run(single, 1, scores);
      return scores.of(0).clone();
    }

    List<float[]> together(ByteBuffer rows, int batch) throws Exception {
      classifier.run(rows, batch, scores);
      List<float[]> answers = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        answers.add(scores.of(i).clone());
      }
      return answers;
    }
  }
}
