// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.DecodedImage;
import java.net.URI;
import java.nio.file.Path;
import org.opencv.core.Mat;

/** The kinds of {@link Input}. */
final class Inputs {

  private Inputs() {}

  record Located(Path path) implements Input {}

  record Remote(URI uri) implements Input {}

  record Named(String text) implements Input {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Encoded(byte[] bytes) implements Input {}

  record Matrix(Mat image) implements Input {

    Matrix {
      DecodedImage.requirePixels(image);
    }
  }

  record Pixels(BgrImage image) implements Input {}
}
