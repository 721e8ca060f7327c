// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import ai.onnxruntime.OrtException;
import io.sightline.classify.Classifier;
import io.sightline.config.DecodeSettings;
import io.sightline.config.DeviceSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.ImageDecoder;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Set;

/**
 * A model folder as the classify job runs it: the same checks, decoder, preprocessing and session.
 * Not thread-safe.
 */
final class FolderClassifier implements AutoCloseable {

  private static final int BATCH = 64;
  private static final DeviceSettings CPU =
      new DeviceSettings(DeviceSettings.Provider.CPU, -1, DeviceSettings.OnUnavailable.FAIL, 1);

  private final Classifier classifier;
  private final ImageDecoder decoder;
  private final Classifier.Scores scores;
  private final ByteBuffer batch;
  private final ByteBuffer[] rows = new ByteBuffer[BATCH];

  private FolderClassifier(ModelDescriptor model, Classifier classifier) {
    this.classifier = classifier;
    this.decoder =
        new ImageDecoder(model.preprocessing(), model.input().format(), DecodeSettings.upTo(LabelledImages.PIXELS));
    this.scores = classifier.newScores(BATCH);
    int rowBytes = decoder.rowBytes();
    this.batch = ByteBuffer.allocateDirect(BATCH * rowBytes).order(ByteOrder.nativeOrder());
    for (int i = 0; i < BATCH; i++) {
      rows[i] = batch.slice(i * rowBytes, rowBytes).order(ByteOrder.nativeOrder());
    }
  }

  /**
   * Opens a model folder.
   *
   * @throws IOException where a job would refuse it, with the job's words
   */
  static FolderClassifier open(Path folder) throws IOException, OrtException {
    Problems problems = new Problems();
    ModelDescriptor model =
        ModelFolder.read(folder, ModelSettings.of(folder.toString()), problems);
    if (model == null) {
      throw new IOException(String.join("\n", problems.messages()));
    }
    return new FolderClassifier(model, Classifier.open(model, folder, CPU, Set.of(), 0));
  }

  /** The scores of the classes, image by image; each image goes in as a PNG. */
  float[][] scores(LabelledImages images) throws RejectedException, OrtException {
    float[][] all = new float[images.size()][];
    for (int start = 0; start < images.size(); start += BATCH) {
      int size = Math.min(BATCH, images.size() - start);
      for (int i = 0; i < size; i++) {
        byte[] png = Png.encode(images.pixelsOf(start + i));
        decoder.decode(png, 0, png.length);
        decoder.writeTo(rows[i]);
      }
      classifier.run(batch, size, scores);
      for (int i = 0; i < size; i++) {
        all[start + i] = scores.of(i).clone();
      }
    }
    return all;
  }

  @Override
  public void close() {
    decoder.close();
    classifier.close();
  }
}
