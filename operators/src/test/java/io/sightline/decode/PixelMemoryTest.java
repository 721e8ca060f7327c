// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.TestImages;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.Core;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.Size;
import org.opencv.imgcodecs.Imgcodecs;

class PixelMemoryTest {

  /** More than 4 MiB of pixels. */
  private static final int ROWS = 1200;

  private static final int COLS = 1301;

  @BeforeAll
  static void loadNatives() {
    ImageDecoder.loadNatives();
  }

  @ParameterizedTest
  @ValueSource(strings = {".jpg", ".png", ".webp", ".tiff"})
  void imagesOfAnySizeAreWhatImdecodeMakesOfThem(String format) {
    try (PixelMemory memory = new PixelMemory()) {
      assertSame(memory, TestImages.noise(format, COLS, ROWS, 1), ROWS, COLS);
      assertSame(memory, TestImages.noise(format, COLS + 99, ROWS + 10, 2), ROWS + 10, COLS + 99);
      assertSame(memory, TestImages.noise(format, ROWS, COLS, 3), COLS, ROWS);
      assertSame(memory, TestImages.noise(format, 40, 30, 4), 30, 40);
      assertSame(memory, TestImages.noise(format, COLS, ROWS, 5), ROWS, COLS);
    }
  }

  @Test
  void theNextImageLiesWhereTheLastOneDid() {
    try (PixelMemory memory = new PixelMemory()) {
      Mat first = decode(memory, TestImages.noise(".jpg", COLS, ROWS, 1), ROWS, COLS);
      long address = first.dataAddr();
      first.release();

      Mat second = decode(memory, TestImages.noise(".jpg", ROWS, ROWS, 2), ROWS, ROWS);

      assertThat(second.dataAddr()).isEqualTo(address);
      second.release();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6, 8})
  void anImageThatIsTurnedIsWhatImdecodeMakesOfIt(int orientation) {
    byte[] jpeg = TestImages.noise(".jpg", COLS, ROWS, 1);
    try (PixelMemory memory = new PixelMemory()) {
      assertSame(memory, TestImages.withOrientation(jpeg, orientation), ROWS, COLS);
      assertSame(memory, jpeg, ROWS, COLS);
    }
  }

  @Test
  void anImageOfAnotherSizeThanWasSaidIsWhole() {
    try (PixelMemory memory = new PixelMemory()) {
      assertSame(memory, TestImages.noise(".jpg", COLS, ROWS, 1), ROWS + 1, COLS - 7);
    }
  }

  @Test
  void whatCanNotBeDecodedIsEmpty() {
    byte[] jpeg = TestImages.noise(".jpg", COLS, ROWS, 1);
    try (PixelMemory memory = new PixelMemory()) {
      assertThat(decode(memory, Arrays.copyOf(jpeg, jpeg.length / 2), ROWS, COLS).empty()).isTrue();
      assertThat(decode(memory, new byte[] {1, 2, 3}, ROWS, COLS).empty()).isTrue();
      assertSame(memory, jpeg, ROWS, COLS);
    }
  }

  private static void assertSame(PixelMemory memory, byte[] encoded, int rows, int cols) {
    Mat expected = Imgcodecs.imdecode(new MatOfByte(encoded), Imgcodecs.IMREAD_COLOR);
    Mat decoded = decode(memory, encoded, rows, cols);
    assertThat(decoded.size()).isEqualTo(expected.size()).isNotEqualTo(new Size());
    assertThat(decoded.type()).isEqualTo(expected.type());
    assertThat(Core.norm(expected, decoded, Core.NORM_INF)).isZero();
    expected.release();
    decoded.release();
  }

  private static Mat decode(PixelMemory memory, byte[] encoded, int rows, int cols) {
    return memory.decode(new MatOfByte(encoded), Imgcodecs.IMREAD_COLOR, rows, cols);
  }
}
