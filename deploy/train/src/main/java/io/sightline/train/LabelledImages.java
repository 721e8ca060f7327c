// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import java.util.Arrays;

/** Grey images of {@value #SIDE} x {@value #SIDE} pixels, each with its class. Immutable. */
final class LabelledImages {

  static final int SIDE = 28;
  static final int PIXELS = SIDE * SIDE;

  private final byte[] pixels;
  private final byte[] classes;

  /**
   * Takes the arrays as they are.
   *
   * @param pixels image after image, row after row
   * @param classes one an image
   */
  LabelledImages(byte[] pixels, byte[] classes) {
    if (pixels.length != classes.length * PIXELS) {
      throw new IllegalArgumentException(
          "%d bytes are not the pixels of %d images".formatted(pixels.length, classes.length));
    }
    this.pixels = pixels;
    this.classes = classes;
  }

  int size() {
    return classes.length;
  }

  int classOf(int index) {
    return classes[index];
  }

  /** The pixels of one image, row after row. */
  byte[] pixelsOf(int index) {
    return Arrays.copyOfRange(pixels, index * PIXELS, (index + 1) * PIXELS);
  }

  /** The first images, all of them where there are fewer. */
  LabelledImages first(int images) {
    int kept = Math.min(images, size());
    return new LabelledImages(Arrays.copyOf(pixels, kept * PIXELS), Arrays.copyOf(classes, kept));
  }
}
