// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.classify.Classifier;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.ImageDecoder;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.RejectedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A decoder, and the memory of one batch and its scores. Used by one thread at a time. */
final class Workspace implements AutoCloseable {

  private final ImageDecoder decoder;
  private final ByteBuffer memory;
  private final ByteBuffer[] rows;
  private final Classifier.Scores scores;
  private final ReadBuffer buffer = new ReadBuffer();

  /**
   * @param size rows of the batch
   */
  Workspace(ModelDescriptor model, DecodeSettings decode, Classifier classifier, int size) {
    int rowBytes = model.input().rowBytes();
    decoder = new ImageDecoder(model.preprocessing(), model.input().format(), decode);
    memory =
        ByteBuffer.allocateDirect(Math.multiplyExact(size, rowBytes))
            .order(ByteOrder.nativeOrder());
    rows = new ByteBuffer[size];
    for (int i = 0; i < size; i++) {
      rows[i] = memory.slice(i * rowBytes, rowBytes).order(ByteOrder.nativeOrder());
    }
    scores = classifier.newScores(size);
  }

  /** Decodes an image into a row. */
  void write(Content content, int row) throws RejectedException {
    try (Content.Loaded loaded = content.load(buffer)) {
      if (loaded instanceof Content.Encoded encoded) {
        decoder.decode(encoded.array(), encoded.offset(), encoded.length());
      } else {
        decoder.use(((Content.Decoded) loaded).image());
      }
      decoder.writeTo(rows[row]);
    }
  }

  /** The batch, {@code [size, row]}. */
  ByteBuffer memory() {
    return memory;
  }

  Classifier.Scores scores() {
    return scores;
  }

  @Override
  public void close() {
    decoder.close();
  }
}
