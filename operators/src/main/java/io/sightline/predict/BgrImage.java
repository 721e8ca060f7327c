// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

/**
 * Pixels that are decoded already, as PaddleX takes them in an array of numpy: {@code [height,
 * width, 3]}, uint8, in the order blue, green, red. The array stays the caller's, who leaves it as
 * it is until its prediction is there.
 *
 * @param pixels {@code height * width * 3} of them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record BgrImage(byte[] pixels, int width, int height) {

  private static final int CHANNELS = 3;

  public BgrImage {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1 (got %d and %d)".formatted(width, height));
    }
    long expected = (long) CHANNELS * width * height;
    if (pixels.length != expected) {
      throw new IllegalArgumentException(
          "an image of %d x %d pixels has %d bytes of blue, green and red (got %d)"
              .formatted(width, height, expected, pixels.length));
    }
  }
}
