// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

/**
 * How pixels become what the network sees: {@code (pixel * SCALE - MEAN) / STD}, the same in each
 * of three channels. {@code inference.yml} says it to those who run the model.
 */
final class Normalization {

  static final double SCALE = 1 / 255.0;

  /** Of the training images, as the mean of all pixels. */
  static final double MEAN = 0.286;

  /** Of the training images, as the standard deviation of all pixels. */
  static final double STD = 0.353;

  static final int CHANNELS = 3;
  static final int IMAGE_FLOATS = CHANNELS * LabelledImages.PIXELS;

  private static final float[] VALUES = new float[256];

  static {
    for (int pixel = 0; pixel < VALUES.length; pixel++) {
      VALUES[pixel] = (float) ((pixel * SCALE - MEAN) / STD);
    }
  }

  private Normalization() {}

  /** Writes one grey image, {@code [3, 28, 28]}, into its place in a batch. */
  static void write(byte[] pixels, boolean mirrored, float[] batch, int index) {
    int start = index * IMAGE_FLOATS;
    for (int y = 0; y < LabelledImages.SIDE; y++) {
      int row = y * LabelledImages.SIDE;
      for (int x = 0; x < LabelledImages.SIDE; x++) {
        int from = row + (mirrored ? LabelledImages.SIDE - 1 - x : x);
        batch[start + row + x] = VALUES[Byte.toUnsignedInt(pixels[from])];
      }
    }
    for (int channel = 1; channel < CHANNELS; channel++) {
      System.arraycopy(
          batch, start, batch, start + channel * LabelledImages.PIXELS, LabelledImages.PIXELS);
    }
  }
}
