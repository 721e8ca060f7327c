// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.Preprocessing.Interpolation;

/**
 * Pillow's resize written down from its definition, pixel by pixel, for one channel: {@code
 * image[y][x]}, 0..255. Slow, and as plain as can be.
 */
final class PlainPillow {

  private PlainPillow() {}

  static int[][] resize(int[][] image, int width, int height, Interpolation filter) {
    int oldHeight = image.length;
    int oldWidth = image[0].length;
    if (filter == Interpolation.PIL_NEAREST) {
      int[] columns = nearest(oldWidth, width);
      int[] rows = nearest(oldHeight, height);
      int[][] resized = new int[height][width];
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          resized[y][x] = image[rows[y]][columns[x]];
        }
      }
      return resized;
    }
    boolean rowsFirst = oldHeight > 100 * oldWidth && height < oldHeight;
    if (rowsFirst) {
      return resizeColumns(resizeRows(image, height, filter), width, filter);
    }
    return resizeRows(resizeColumns(image, width, filter), height, filter);
  }

  /** The pixels that the centres are in, walked to step by step: where one is a tie, this tells. */
  private static int[] nearest(int oldSide, int side) {
    int[] pixels = new int[side];
    double step = (double) oldSide / side;
    double center = step / 2;
    for (int i = 0; i < side; i++, center += step) {
      pixels[i] = (int) center;
    }
    return pixels;
  }

  private static int[][] resizeColumns(int[][] image, int width, Interpolation filter) {
    return transposed(resizeRows(transposed(image), width, filter));
  }

  private static int[][] resizeRows(int[][] image, int height, Interpolation filter) {
    int oldHeight = image.length;
    double scale = (double) oldHeight / height;
    double stretch = Math.max(1, scale); // antialiased: a filter covers as much as a pixel does
    int[][] resized = new int[height][image[0].length];
    for (int y = 0; y < height; y++) {
      double center = (y + 0.5) * scale;
      double[] weights = new double[oldHeight];
      int first = Math.max(0, (int) (center - support(filter) * stretch + 0.5));
      int last = Math.min(oldHeight, (int) (center + support(filter) * stretch + 0.5)) - 1;
      double sum = 0;
      for (int i = first; i <= last; i++) {
        weights[i] = filter((i + 0.5 - center) / stretch, filter);
        sum += weights[i];
      }
      for (int x = 0; x < image[0].length; x++) {
        long value = 0;
        for (int i = first; i <= last; i++) {
          double weight = weights[i] / sum;
          long fixedPoint =
              (long) (Math.signum(weight) * Math.floor(Math.abs(weight) * 4194304 + 0.5));
          value += fixedPoint * image[i][x];
        }
        resized[y][x] = (int) Math.max(0, Math.min(255, Math.floor(value / 4194304.0 + 0.5)));
      }
    }
    return resized;
  }

  private static double support(Interpolation filter) {
    return switch (filter) {
      case PIL_LANCZOS -> 3;
      case PIL_BICUBIC -> 2;
      case PIL_BILINEAR, PIL_HAMMING -> 1;
      case PIL_BOX -> 0.5;
      default -> throw new IllegalArgumentException(filter.name());
    };
  }

  private static double filter(double x, Interpolation filter) {
    double distance = Math.abs(x);
    return switch (filter) {
      case PIL_BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
      case PIL_BILINEAR -> Math.max(0, 1 - distance);
      case PIL_HAMMING ->
          distance < 1 ? sinc(distance) * (0.54f + 0.46f * Math.cos(Math.PI * distance)) : 0;
      case PIL_BICUBIC -> keys(distance);
      case PIL_LANCZOS -> distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
      default -> throw new IllegalArgumentException(filter.name());
    };
  }

  /** Keys' cubic convolution, with a = -0.5. */
  private static double keys(double x) {
    if (x < 1) {
      return 1.5 * x * x * x - 2.5 * x * x + 1;
    }
    return x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }

  private static int[][] transposed(int[][] image) {
    int[][] transposed = new int[image[0].length][image.length];
    for (int y = 0; y < image.length; y++) {
      for (int x = 0; x < image[0].length; x++) {
        transposed[x][y] = image[y][x];
      }
    }
    return transposed;
  }
}
