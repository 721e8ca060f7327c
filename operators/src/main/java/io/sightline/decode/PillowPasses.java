// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

/**
 * The inner loops of Pillow's resize: weighted sums of pixels in fixed point, rounded and clipped
 * to 0..255 after each pass. Thread-safe.
 *
 * <p>Source: {@code ImagingResampleHorizontal_8bpc} and {@code ImagingResampleVertical_8bpc} of
 * Pillow's Resample.c. Sums fit an int: the weights of a pixel add up to 1, and those below zero to
 * no less than about -0.3.
 */
final class PillowPasses {

  /** What a sum begins with, so that it is rounded when its fraction is cut off. */
  static final int HALF = 1 << (PillowTaps.PRECISION_BITS - 1);

  private static final long HALVES = HALF | ((long) HALF << 32);

  private PillowPasses() {}

  /**
   * Puts two rows of samples into one array of pairs, the first row's in the lower halves, so that
   * one multiplication serves both.
   */
  static void pair(byte[] samples, int first, int second, long[] pairs, int count) {
    for (int i = 0; i < count; i++) {
      pairs[i] = (samples[first + i] & 0xFFL) | ((samples[second + i] & 0xFFL) << 32);
    }
  }

  /**
   * The horizontal pass over two rows.
   *
   * @param pairs samples of the two rows from the taps' start on, interleaved by channel
   * @param channels 1 or 3
   * @param first receives the resized samples of the first row, 0..255
   * @param second receives those of the second row
   */
  static void horizontal(long[] pairs, PillowTaps taps, int channels, int[] first, int[] second) {
    if (channels == 1) {
      horizontalOne(pairs, taps, first, second);
    } else {
      horizontalThree(pairs, taps, first, second);
    }
  }

  private static void horizontalOne(long[] pairs, PillowTaps taps, int[] first, int[] second) {
    int[] weights = taps.weights();
    int origin = taps.start();
    for (int x = 0; x < taps.count(); x++) {
      int at = taps.start(x) - origin;
      int end = taps.offset(x + 1);
      long sum = HALVES;
      for (int i = taps.offset(x); i < end; i++, at++) {
        sum += pairs[at] * weights[i];
      }
      first[x] = clip((int) sum);
      second[x] = clip(upper(sum));
    }
  }

  private static void horizontalThree(long[] pairs, PillowTaps taps, int[] first, int[] second) {
    int[] weights = taps.weights();
    int origin = taps.start();
    for (int x = 0; x < taps.count(); x++) {
      int at = 3 * (taps.start(x) - origin);
      int end = taps.offset(x + 1);
      long sum0 = HALVES;
      long sum1 = HALVES;
      long sum2 = HALVES;
      for (int i = taps.offset(x); i < end; i++, at += 3) {
        long weight = weights[i];
        sum0 += pairs[at] * weight;
        sum1 += pairs[at + 1] * weight;
        sum2 += pairs[at + 2] * weight;
      }
      int to = 3 * x;
      first[to] = clip((int) sum0);
      first[to + 1] = clip((int) sum1);
      first[to + 2] = clip((int) sum2);
      second[to] = clip(upper(sum0));
      second[to + 1] = clip(upper(sum1));
      second[to + 2] = clip(upper(sum2));
    }
  }

  /** The second row's sum: a negative one in the lower half has borrowed from it. */
  private static int upper(long sum) {
    return (int) ((sum - (int) sum) >> 32);
  }

  /** One tap of the vertical pass: adds a weighted row to the sums of a resized row. */
  static void vertical(int[] sums, int[] samples, int weight, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += samples[i] * weight;
    }
  }

  /** The end of the vertical pass: rounds and clips the sums of a resized row. */
  static void finish(int[] sums, byte[] samples, int at, int count) {
    for (int i = 0; i < count; i++) {
      samples[at + i] = (byte) clip(sums[i]);
    }
  }

  /** Without a branch, and without {@code Math.min}: only so the compiler vectorises it. */
  private static int clip(int sum) {
    int value = sum >> PillowTaps.PRECISION_BITS;
    value &= ~(value >> 31);
    return (value | ((255 - value) >> 31)) & 0xFF;
  }

  /** Samples without a sign. */
  static void widen(byte[] samples, int at, int[] wide, int count) {
    for (int i = 0; i < count; i++) {
      wide[i] = samples[at + i] & 0xFF;
    }
  }

  /**
   * Makes grey of blue, green and red, in place: Pillow's {@code convert("L")} (Convert.c, {@code
   * L24}), which has the weights of ITU-R BT.601 in 16 bits.
   */
  static void grey(byte[] samples, int pixels) {
    for (int i = 0; i < pixels; i++) {
      int blue = samples[3 * i] & 0xFF;
      int green = samples[3 * i + 1] & 0xFF;
      int red = samples[3 * i + 2] & 0xFF;
      samples[i] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
    }
  }
}
