// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.DecodedImage;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.opencv.core.Mat;

/** The kinds of {@link Input}. */
final class Inputs {

  private Inputs() {}

  record Located(Path path) implements Input {}

  record Remote(URI uri) implements Input {}

  record Named(String text) implements Input {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Encoded(byte[] bytes) implements Input, Content {

    @Override
    public Loaded load(ReadBuffer buffer) {
      return new Content.Encoded(bytes, 0, bytes.length);
    }
  }

  record Matrix(Mat image) implements Input, Content {

    Matrix {
      DecodedImage.requirePixels(image);
    }

    @Override
    public Loaded load(ReadBuffer buffer) throws RejectedException {
      try {
        return new Decoded(DecodedImage.of(image));
      } catch (IllegalArgumentException e) { // it was changed or released meanwhile
        throw new RejectedException(
            Reason.UNSUPPORTED_FORMAT, Objects.requireNonNull(e.getMessage()));
      }
    }
  }

  record Pixels(BgrImage image) implements Input, Content {

    @Override
    public Loaded load(ReadBuffer buffer) {
      return new Decoded(DecodedImage.ofBgr(image.pixels(), image.width(), image.height()));
    }
  }
}
