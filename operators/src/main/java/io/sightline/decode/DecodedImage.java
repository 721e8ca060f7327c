// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import org.opencv.core.Mat;

/**
 * The pixels of one decoded image, to be brought before a model in several ways without being
 * decoded again. Its memory is native; several threads may use it until its owner closes it.
 */
public final class DecodedImage implements AutoCloseable {

  private final Mat pixels;
  private final ImageHeader header;

  DecodedImage(Mat pixels, ImageHeader header) {
    this.pixels = pixels;
    this.header = header;
  }

  /** Size of the pixels in bytes. */
  public long bytes() {
    return pixels.total() * pixels.elemSize();
  }

  /** Another view of the same memory, which lives until the last of its views is released. */
  Mat view() {
    return pixels.submat(0, pixels.rows(), 0, pixels.cols());
  }

  ImageHeader header() {
    return header;
  }

  @Override
  public void close() {
    pixels.release();
  }
}
