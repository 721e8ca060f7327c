// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.net.URI;
import java.nio.file.Path;
import org.opencv.core.Mat;

/**
 * What is to be predicted: an image, or what holds many of them. Nothing of it is read before its
 * turn comes.
 */
public sealed interface Input
    permits Inputs.Located,
        Inputs.Remote,
        Inputs.Named,
        Inputs.Encoded,
        Inputs.Matrix,
        Inputs.Pixels {

  /** A file, folder, list of files, archive or document on the local disk, by its ending. */
  static Input of(Path path) {
    return new Inputs.Located(path);
  }

  /** An image or PDF at a URI of a scheme in {@code fetch.schemes}. */
  static Input of(URI uri) {
    return new Inputs.Remote(uri);
  }

  /** What the command line takes: a path, a URI, or {@code -} for standard input. */
  static Input of(String text) {
    return new Inputs.Named(text);
  }

  /** One encoded image, such as the bytes of a JPEG file; the array must stay as it is. */
  static Input of(byte[] encoded) {
    return new Inputs.Encoded(encoded);
  }

  /**
   * One image in OpenCV's memory, as {@code imread} leaves it: rows of 8 bits each of blue, green
   * and red. It stays the caller's, who leaves it as it is until its prediction is there.
   *
   * @throws IllegalArgumentException where it is empty, or of another type
   */
  static Input of(Mat image) {
    return new Inputs.Matrix(image);
  }

  /** One image's pixels. */
  static Input of(BgrImage image) {
    return new Inputs.Pixels(image);
  }

  /**
   * One image's pixels, {@code [height, width, 3]}, uint8, blue, green, red.
   *
   * @throws IllegalArgumentException where the array has another length
   */
  static Input ofBgr(byte[] pixels, int width, int height) {
    return of(new BgrImage(pixels, width, height));
  }
}
