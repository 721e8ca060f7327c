// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.classify.Classifier;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.DecodedImage;
import io.sightline.decode.ImageDecoder;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Brings one image after the other through the model in several setups. Not thread-safe. */
final class TrialWorker implements AutoCloseable {

  /** Rows that are run at once; on CPU more are not faster. */
  private static final int BATCH = 8;

  private final ModelDescriptor model;
  private final Classifier classifier;
  private final DecodeSettings decode;
  private final DecodedImages kept;
  private final Map<Setup, Answers> wanted;
  private final Map<Integer, String> rejections;
  private final Map<Setup, ImageDecoder> decoders = new LinkedHashMap<>();
  private final ByteBuffer batch;
  private final ByteBuffer[] rows;
  private final Classifier.Scores scores;

  /**
   * @param wanted setups, and where the answers go
   * @param rejections receives why an image was rejected
   */
  TrialWorker(
      ModelDescriptor model,
      Classifier classifier,
      DecodeSettings decode,
      DecodedImages kept,
      Map<Setup, Answers> wanted,
      Map<Integer, String> rejections) {
    this.model = model;
    this.classifier = classifier;
    this.decode = decode;
    this.kept = kept;
    this.wanted = wanted;
    this.rejections = rejections;
    int fixed = model.input().fixedBatch();
    int size = fixed > 0 ? fixed : BATCH;
    int rowBytes = model.input().rowBytes();
    this.batch =
        ByteBuffer.allocateDirect(Math.multiplyExact(size, rowBytes))
            .order(ByteOrder.nativeOrder());
    this.rows = new ByteBuffer[size];
    for (int i = 0; i < size; i++) {
      rows[i] = batch.slice(i * rowBytes, rowBytes).order(ByteOrder.nativeOrder());
    }
    this.scores = classifier.newScores(size);
  }

  /**
   * Runs one image in all setups in which it was not run yet.
   *
   * @return in how many
   * @throws IOException where the file can't be read
   */
  int run(int index, Path file) throws Exception {
    int ran = 0;
    for (boolean exifOrientation : new boolean[] {true, false}) {
      List<Setup> missing = new ArrayList<>();
      wanted.forEach(
          (setup, answers) -> {
            if (setup.exifOrientation() == exifOrientation && !answers.has(index)) {
              missing.add(setup);
            }
          });
      if (!missing.isEmpty()) {
        run(index, file, exifOrientation, missing);
        ran += missing.size();
      }
    }
    return ran;
  }

  private void run(int index, Path file, boolean exifOrientation, List<Setup> setups)
      throws Exception {
    DecodedImage image = kept.find(index, exifOrientation);
    boolean owned = false;
    try {
      if (image == null) {
        image = DecodedImage.of(Files.readAllBytes(file), settings(exifOrientation));
        owned = !kept.keep(index, exifOrientation, image);
      }
      for (int from = 0; from < setups.size(); from += rows.length) {
        runBatch(index, image, setups.subList(from, Math.min(from + rows.length, setups.size())));
      }
    } catch (RejectedException e) {
      reject(index, setups, e);
    } finally {
      if (owned && image != null) {
        image.close();
      }
    }
  }

  private void runBatch(int index, DecodedImage image, List<Setup> setups) throws Exception {
    List<Setup> written = new ArrayList<>();
    for (Setup setup : setups) {
      try {
        ImageDecoder decoder = decoder(setup);
        decoder.use(image);
        decoder.writeTo(rows[written.size()]);
        written.add(setup);
      } catch (RejectedException e) {
        reject(index, List.of(setup), e);
      }
    }
    if (written.isEmpty()) {
      return;
    }
    classifier.run(batch, written.size(), scores);
    for (int row = 0; row < written.size(); row++) {
      answers(written.get(row)).set(index, scores.of(row));
    }
  }

  private void reject(int index, List<Setup> setups, RejectedException why) {
    rejections.putIfAbsent(index, why.detail());
    setups.forEach(setup -> answers(setup).setRejected(index));
  }

  private Answers answers(Setup setup) {
    return Objects.requireNonNull(wanted.get(setup));
  }

  private ImageDecoder decoder(Setup setup) {
    return decoders.computeIfAbsent(
        setup,
        any ->
            new ImageDecoder(
                setup.preprocessing(), model.input().format(), settings(setup.exifOrientation())));
  }

  private DecodeSettings settings(boolean exifOrientation) {
    return new DecodeSettings(decode.maxPixels(), decode.smallImages(), exifOrientation);
  }

  @Override
  public void close() {
    decoders.values().forEach(ImageDecoder::close);
  }
}
