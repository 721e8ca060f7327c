// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.Preprocessing.Interpolation;
import java.util.Arrays;

/**
 * The source pixels, and their weights, of which Pillow makes each pixel of one axis of a resized
 * image; of those pixels alone that a crop needs. Kept until another size is asked for. Not
 * thread-safe.
 *
 * <p>Source: Pillow's {@code precompute_coeffs} and {@code normalize_coeffs_8bpc} (Resample.c), and
 * {@code ImagingScaleAffine} (Geometry.c) for the nearest pixel, which is here one tap of weight 1.
 */
final class PillowTaps {

  /** Bits behind the point of a weight: 32, less 8 of a pixel and 2 for sums beyond 0..1. */
  static final int PRECISION_BITS = 22;

  private static final int ONE = 1 << PRECISION_BITS;

  private final Interpolation interpolation;
  private final int count;

  /** First source pixel of each pixel. */
  private final int[] starts;

  /** Where each pixel's weights begin in {@link #weights}, and where the last one's end. */
  private final int[] offsets;

  private int[] weights = new int[0];

  /** Scratch: the weights of one pixel, before they are rounded. */
  private double[] exactWeights = new double[0];

  private int side;
  private int resizedSide;
  private int from = -1;

  /**
   * Empty taps.
   *
   * @param interpolation one of Pillow's
   * @param count pixels that are needed of the resized axis
   */
  PillowTaps(Interpolation interpolation, int count) {
    this.interpolation = interpolation;
    this.count = count;
    this.starts = new int[count];
    this.offsets = new int[count + 1];
  }

  /**
   * Computes the taps where they are not there already.
   *
   * @param side pixels of the source's axis
   * @param resizedSide pixels of the axis once it is resized
   * @param from the first of them that is needed
   */
  void compute(int side, int resizedSide, int from) {
    if (side == this.side && resizedSide == this.resizedSide && from == this.from) {
      return;
    }
    this.side = side;
    this.resizedSide = resizedSide;
    this.from = from;
    // Pillow's box is of float32, which matters beyond 2^24 pixels alone.
    double scale = (double) (float) side / resizedSide;
    if (interpolation == Interpolation.PIL_NEAREST) {
      nearest(scale);
    } else {
      convolution(scale);
    }
  }

  private void nearest(double scale) {
    ensureWeights(count);
    double center = scale * 0.5;
    for (int i = 0; i < from; i++) {
      center += scale; // as Pillow walks, rounding at every step
    }
    for (int i = 0; i < count; i++) {
      starts[i] = Math.min((int) center, side - 1);
      offsets[i] = i;
      weights[i] = ONE;
      center += scale;
    }
    offsets[count] = count;
  }

  private void convolution(double scale) {
    double filterScale = Math.max(scale, 1);
    double support = supportOf(interpolation) * filterScale;
    double step = 1 / filterScale;
    int used = 0;
    for (int i = 0; i < count; i++) {
      double center = (from + i + 0.5) * scale;
      int start = Math.max(0, (int) (center - support + 0.5));
      int taps = Math.min(side, (int) (center + support + 0.5)) - start;
      starts[i] = start;
      offsets[i] = used;
      ensureWeights(used + taps);
      if (exactWeights.length < taps) {
        exactWeights = new double[taps];
      }
      double sum = 0;
      for (int tap = 0; tap < taps; tap++) {
        double weight = weightOf(interpolation, (tap + start - center + 0.5) * step);
        exactWeights[tap] = weight;
        sum += weight;
      }
      for (int tap = 0; tap < taps; tap++) {
        double weight = sum == 0 ? exactWeights[tap] : exactWeights[tap] / sum;
        weights[used++] = (int) (weight * ONE + (weight < 0 ? -0.5 : 0.5));
      }
    }
    offsets[count] = used;
  }

  private void ensureWeights(int size) {
    if (weights.length < size) {
      weights = Arrays.copyOf(weights, Math.max(size, 2 * weights.length));
    }
  }

  /** Pixels to either side that a filter sees, where the image does not shrink. */
  private static double supportOf(Interpolation interpolation) {
    return switch (interpolation) {
      case PIL_BOX -> 0.5;
      case PIL_BILINEAR, PIL_HAMMING -> 1;
      case PIL_BICUBIC -> 2;
      case PIL_LANCZOS -> 3;
      default -> throw new IllegalArgumentException(interpolation + " is not Pillow's");
    };
  }

  private static double weightOf(Interpolation interpolation, double distance) {
    double x = Math.abs(distance);
    return switch (interpolation) {
      case PIL_BOX -> distance > -0.5 && distance <= 0.5 ? 1 : 0;
      case PIL_BILINEAR -> x < 1 ? 1 - x : 0;
      case PIL_HAMMING ->
          x < 1 ? sinc(x) * (0.54f + 0.46f * Math.cos(x * Math.PI)) : 0; // float32 as in Pillow
      case PIL_BICUBIC -> {
        if (x < 1) {
          yield (1.5 * x - 2.5) * x * x + 1;
        }
        yield x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
      }
      case PIL_LANCZOS -> -3 <= distance && distance < 3 ? sinc(x) * sinc(x / 3) : 0;
      default -> throw new IllegalArgumentException(interpolation + " is not Pillow's");
    };
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
  }

  int count() {
    return count;
  }

  /** First source pixel of all needed pixels. */
  int start() {
    return starts[0];
  }

  /** End, exclusive, of the source pixels of all needed pixels. */
  int end() {
    return end(count - 1);
  }

  /** The most needed pixels that share one source pixel. */
  int overlap() {
    int most = 0;
    for (int first = 0, last = 0; last < count; last++) {
      while (end(first) <= starts[last]) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** First source pixel of a needed pixel; never less than that of the pixel before. */
  int start(int index) {
    return starts[index];
  }

  /** End, exclusive, of the source pixels of a needed pixel; never less than the one before. */
  int end(int index) {
    return starts[index] + offsets[index + 1] - offsets[index];
  }

  /** Where a needed pixel's weights begin in {@link #weights()}, one a source pixel. */
  int offset(int index) {
    return offsets[index];
  }

  /** Weights of all needed pixels, fixed point of {@link #PRECISION_BITS}; not to be changed. */
  int[] weights() {
    return weights;
  }
}
