// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.DecodedImage;
import io.sightline.reference.RejectedException;

/** A way to the bytes or pixels of one image. Thread-safe. */
interface Content {

  /**
   * Brings the image, and blocks until it is there.
   *
   * @param buffer may be filled, and is then what the result points to
   * @throws RejectedException where there is no image to be had
   */
  Loaded load(ReadBuffer buffer) throws RejectedException;

  /** What a content came to; its user closes it. */
  sealed interface Loaded extends AutoCloseable {

    @Override
    void close();
  }

  /** An encoded image, {@code array[offset .. offset + length)}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Encoded(byte[] array, int offset, int length) implements Loaded {

    @Override
    public void close() {}
  }

  /** A decoded image. */
  record Decoded(DecodedImage image) implements Loaded {

    @Override
    public void close() {
      image.close();
    }
  }
}
