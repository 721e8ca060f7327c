// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.decode.Preprocessing.Interpolation;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/** Against {@link PlainPillow}, and against values that were worked out by hand. */
class PillowResizerTest {

  @BeforeAll
  static void loadNatives() {
    ImageDecoder.loadNatives();
  }

  @ParameterizedTest
  @EnumSource(value = Interpolation.class, mode = Mode.MATCH_ANY, names = "PIL_.*")
  void anySizeIsThatOfThePlainDefinition(Interpolation filter) {
    SplittableRandom random = new SplittableRandom(filter.name().hashCode());
    for (int i = 0; i < 25; i++) {
      assertPlain(
          filter,
          random.nextInt(1, 50),
          random.nextInt(1, 50),
          random.nextInt(1, 50),
          random.nextInt(1, 50),
          i);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Interpolation.class, mode = Mode.MATCH_ANY, names = "PIL_.*")
  void specialSizesAreThoseOfThePlainDefinition(Interpolation filter) {
    int[][] sizes = {
      {1, 1, 1, 1},
      {1, 1, 9, 7},
      {9, 7, 1, 1},
      {20, 15, 20, 15}, // nothing to resize
      {20, 15, 20, 8}, // one direction alone
      {20, 15, 11, 15},
      {16, 16, 8, 8},
      {8, 8, 16, 16},
      {400, 3, 10, 40}, // a panorama
      {3, 300, 40, 10},
      {3, 301, 40, 10}, // rows first from here on
      {3, 301, 2, 300},
      {3, 301, 2, 301}, // but not where no row is lost
      {2, 500, 30, 600},
      {1, 300, 1, 7}
    };
    for (int[] size : sizes) {
      assertPlain(filter, size[0], size[1], size[2], size[3], size[2]);
    }
  }

  /** More bytes than are copied to the heap at once. */
  @Test
  void aLargeImageIsThatOfThePlainDefinition() {
    assertPlain(Interpolation.PIL_BICUBIC, 341, 261, 60, 47, 1);
    assertPlain(Interpolation.PIL_NEAREST, 341, 261, 60, 47, 1);
  }

  @Test
  void oneResizerGivesTheSameWhateverItsLastImageWas() {
    SplittableRandom random = new SplittableRandom(9);
    try (PillowResizer resizer = new PillowResizer(Interpolation.PIL_LANCZOS, 5, 6, false)) {
      for (int i = 0; i < 60; i++) {
        int width = random.nextInt(1, i % 3 == 0 ? 5 : 70);
        int height = random.nextInt(1, i % 3 == 0 ? 700 : 70);
        assertPlain(
            resizer,
            Interpolation.PIL_LANCZOS,
            random(3 * width, height, i),
            random.nextInt(5, 30),
            random.nextInt(6, 30),
            5,
            6,
            false);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Interpolation.class, mode = Mode.MATCH_ANY, names = "PIL_.*")
  void greyIsMadeBeforeTheResize(Interpolation filter) {
    try (PillowResizer resizer = new PillowResizer(filter, 8, 7, true)) {
      assertPlain(resizer, filter, random(3 * 31, 25, 3), 12, 9, 8, 7, true);
      assertPlain(resizer, filter, random(3 * 2, 250, 3), 12, 9, 8, 7, true);
    }
  }

  @Test
  void greyHasTheWeightsOfPillow() {
    byte[] samples = {0, 0, (byte) 255, 0, (byte) 255, 0, (byte) 255, 0, 0, 10, 20, 30};
    PillowPasses.grey(samples, 4);
    // 255 times 0.299, 0.587 and 0.114, rounded; and 30, 20 and 10 of red, green and blue.
    assertThat(Arrays.copyOf(samples, 4)).containsExactly(76, (byte) 150, 29, 22);
  }

  /** (0 + 1) / 2 is 1 and (1 + 0) / 2 is 1; the mean of all four is 0. */
  @Test
  void eachPassRoundsHalfUp() {
    assertThat(resize(new int[][] {{0, 1}, {0, 0}}, 1, 1, Interpolation.PIL_BOX))
        .isEqualTo("[[1]]");
  }

  /** Around 1.0, over 2 to either side, the triangle gives pixels 0, 1 and 2 weights of 3:3:1. */
  @Test
  void halvedByBilinearIsAWeightedMeanOfThree() {
    int[][] row = {{0, 70, 140, 210}};
    assertThat(resize(row, 2, 1, Interpolation.PIL_BILINEAR)).isEqualTo("[[50, 160]]");
  }

  /**
   * At 0.25, Keys' kernel is 0.8671875 and -0.0703125, of which the mean is 91.2; at 0.75 it is
   * 0.8671875 and 0.2265625, of which it is 120.7.
   */
  @Test
  void doubledByBicubicOvershootsAndIsClipped() {
    int[][] row = {{100, 200}};
    assertThat(resize(row, 4, 1, Interpolation.PIL_BICUBIC)).isEqualTo("[[91, 121, 179, 209]]");
    int[][] edge = {{0, 255}};
    assertThat(resize(edge, 4, 1, Interpolation.PIL_BICUBIC)).isEqualTo("[[0, 53, 202, 255]]");
  }

  /** Centres 1.25 and 3.75 are in pixels 1 and 3; OpenCV would take 0 and 2. */
  @Test
  void theNearestIsThePixelThatACentreIsIn() {
    int[][] row = {{10, 20, 30, 40, 50}};
    assertThat(resize(row, 2, 1, Interpolation.PIL_NEAREST)).isEqualTo("[[20, 40]]");
  }

  private static String resize(int[][] image, int width, int height, Interpolation filter) {
    int[][] colour = new int[image.length][3 * image[0].length];
    for (int y = 0; y < image.length; y++) {
      for (int i = 0; i < colour[0].length; i++) {
        colour[y][i] = image[y][i / 3];
      }
    }
    try (PillowResizer resizer = new PillowResizer(filter, width, height, false)) {
      byte[] resized =
          crop(resizer, colour, new Placement(width, height, 0, 0), 3 * width * height);
      int[][] values = new int[height][width];
      for (int i = 0; i < width * height; i++) {
        values[i / width][i % width] = resized[3 * i] & 0xFF;
      }
      return Arrays.deepToString(values);
    }
  }

  /** The whole, and a part of it. */
  private static void assertPlain(
      Interpolation filter, int width, int height, int newWidth, int newHeight, long seed) {
    int[][] image = random(3 * width, height, seed);
    for (int part = 1; part <= 2; part++) {
      int cropWidth = (newWidth + part - 1) / part;
      int cropHeight = (newHeight + part - 1) / part;
      try (PillowResizer resizer = new PillowResizer(filter, cropWidth, cropHeight, false)) {
        assertPlain(resizer, filter, image, newWidth, newHeight, cropWidth, cropHeight, false);
      }
    }
  }

  /**
   * @param image {@code [y][3 * x + channel]}
   */
  private static void assertPlain(
      PillowResizer resizer,
      Interpolation filter,
      int[][] image,
      int newWidth,
      int newHeight,
      int cropWidth,
      int cropHeight,
      boolean grey) {
    int left = (newWidth - cropWidth) / 2;
    int top = (newHeight - cropHeight) / 2;
    int channels = grey ? 1 : 3;
    byte[] expected = new byte[channels * cropWidth * cropHeight];
    for (int channel = 0; channel < channels; channel++) {
      int[][] source = grey ? greyOf(image) : channelOf(image, channel);
      int[][] resized = PlainPillow.resize(source, newWidth, newHeight, filter);
      for (int i = 0; i < cropWidth * cropHeight; i++) {
        expected[channels * i + channel] =
            (byte) resized[top + i / cropWidth][left + i % cropWidth];
      }
    }
    Placement placement = new Placement(newWidth, newHeight, left, top);
    byte[] actual = crop(resizer, image, placement, expected.length);
    int difference = Arrays.mismatch(actual, expected);
    assertThat(difference)
        .as(
            "%s of %d x %d pixels, %s: %s",
            filter,
            image[0].length / 3,
            image.length,
            placement,
            difference < 0
                ? ""
                : (actual[difference] & 0xFF) + ", not " + (expected[difference] & 0xFF))
        .isEqualTo(-1);
  }

  private static byte[] crop(PillowResizer resizer, int[][] image, Placement placement, int size) {
    Mat source = new Mat(image.length, image[0].length / 3, CvType.CV_8UC3);
    byte[] row = new byte[image[0].length];
    for (int y = 0; y < image.length; y++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (byte) image[y][i];
      }
      source.put(y, 0, row);
    }
    Mat crop = resizer.crop(source, source.rows(), placement);
    byte[] pixels = new byte[size];
    assertThat(crop.total() * crop.channels()).isEqualTo(size);
    crop.get(0, 0, pixels);
    crop.release();
    source.release();
    return pixels;
  }

  private static int[][] channelOf(int[][] image, int channel) {
    int[][] values = new int[image.length][image[0].length / 3];
    for (int y = 0; y < image.length; y++) {
      for (int x = 0; x < values[0].length; x++) {
        values[y][x] = image[y][3 * x + channel];
      }
    }
    return values;
  }

  private static int[][] greyOf(int[][] image) {
    int[][] blue = channelOf(image, 0);
    int[][] green = channelOf(image, 1);
    int[][] red = channelOf(image, 2);
    int[][] grey = new int[blue.length][blue[0].length];
    for (int y = 0; y < grey.length; y++) {
      for (int x = 0; x < grey[0].length; x++) {
        grey[y][x] = (red[y][x] * 19595 + green[y][x] * 38470 + blue[y][x] * 7471 + 0x8000) / 65536;
      }
    }
    return grey;
  }

  /** Noise, of which a quarter is black or white. */
  private static int[][] random(int samples, int height, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[][] image = new int[height][samples];
    for (int[] row : image) {
      for (int i = 0; i < samples; i++) {
        row[i] = Math.max(0, Math.min(255, random.nextInt(-64, 320)));
      }
    }
    return image;
  }
}
