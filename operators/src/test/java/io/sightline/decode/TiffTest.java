// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.config.DecodeSettings;
import io.sightline.config.DecodeSettings.SmallImages;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.imgcodecs.Imgcodecs;

/** TIFFs that OpenCV writes, and hostile ones. */
class TiffTest {

  private static final int MAX_PIXELS = 1_000_000;
  private static final DecodeSettings SETTINGS = DecodeSettings.upTo(MAX_PIXELS);

  private static final int WIDTH = 256;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int ORIENTATION = 274;
  private static final int ROWS_PER_STRIP = 278;
  private static final int STRIP_BYTES = 279;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8, 32773}) // none, LZW, Deflate, PackBits
  void everyUsualCompressionIsDecoded(int compression) throws RejectedException {
    Mat pixels = TestImages.noise(40, 30, CvType.CV_8UC3, 1);
    byte[] tiff =
        TestImages.encode(".tiff", pixels, Imgcodecs.IMWRITE_TIFF_COMPRESSION, compression);
    try (DecodedImage image = DecodedImage.of(tiff, SETTINGS)) {
      assertThat(TestImages.difference(image.pixels(), pixels)).isZero();
    }
  }

  @Test
  void greyAlphaAndSixteenBitsBecomeWhatOpenCvMakesOfThem() throws RejectedException {
    for (int type : List.of(CvType.CV_8UC1, CvType.CV_8UC4, CvType.CV_16UC1, CvType.CV_16UC3)) {
      byte[] tiff = TestImages.encode(".tiff", TestImages.noise(40, 30, type, 1));
      try (DecodedImage image = DecodedImage.of(tiff, SETTINGS)) {
        assertThat(TestImages.difference(image.pixels(), TestImages.decode(tiff))).isZero();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,40,30", "3,40,30", "6,30,40", "8,30,40"})
  void theOrientationIsApplied(int orientation, int width, int height) throws RejectedException {
    byte[] tiff = tiff(40, 30, Map.of(ORIENTATION, (long) orientation));
    try (DecodedImage turned = DecodedImage.of(tiff, SETTINGS);
        DecodedImage stored =
            DecodedImage.of(tiff, new DecodeSettings(MAX_PIXELS, SmallImages.REJECT, false));
        DecodedImage upright = DecodedImage.of(tiff(40, 30, Map.of()), SETTINGS)) {
      assertThat(turned.width()).isEqualTo(width);
      assertThat(turned.height()).isEqualTo(height);
      assertThat(TestImages.difference(turned.pixels(), TestImages.decode(tiff))).isZero();
      assertThat(stored.width()).isEqualTo(40);
      assertThat(TestImages.difference(stored.pixels(), upright.pixels())).isZero();
      assertThat(tiff)
          .as("the file stays")
          .isEqualTo(tiff(40, 30, Map.of(ORIENTATION, (long) orientation)));
    }
  }

  @Test
  void aPageThatIsTooLargeIsRejectedByItsDirectory() {
    assertRejected(
        tiff(40, 30, Map.of(WIDTH, 100_000L)),
        Reason.TOO_MANY_PIXELS,
        "100000 x 30 pixels exceed decode.max-pixels (1000000)");
  }

  @Test
  void aStripOfMorePixelsThanAnyImageIsRejected() {
    assertRejected(
        tiff(40, 30, Map.of(ROWS_PER_STRIP, 0x7FFF_FFFFL)),
        Reason.TOO_MANY_PIXELS,
        "a strip or tile of 85899345880 pixels");
  }

  @Test
  void aTileOfMorePixelsThanAnyImageIsRejected() {
    assertRejected(
        tiff(40, 30, Map.of(TILE_WIDTH, 1L << 24, TILE_HEIGHT, 1L << 24)),
        Reason.TOO_MANY_PIXELS,
        "a strip or tile of 281474976710656 pixels");
  }

  @Test
  void aStripThatLiesOutsideOfTheFileIsRejected() {
    assertRejected(
        tiff(40, 30, Map.of(STRIP_BYTES, 1L << 20)), Reason.CORRUPT_IMAGE, "1048576 bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 34712, 50001})
  void aCompressionThatIsNotDecodedIsNamed(long compression) {
    assertRejected(
        tiff(40, 30, Map.of(COMPRESSION, compression)),
        Reason.UNSUPPORTED_FORMAT,
        "the compression %d of this TIFF".formatted(compression));
  }

  @Test
  void samplesOfThirtyTwoBitsAreRejected() {
    assertRejected(tiff(10, 7, Map.of(BITS, 32L)), Reason.CORRUPT_IMAGE, "could not be decoded");
  }

  private static void assertRejected(byte[] tiff, Reason reason, String detail) {
    RejectedException rejected =
        catchThrowableOfType(
            RejectedException.class, () -> DecodedImage.of(tiff, SETTINGS).close());
    assertThat(rejected).isNotNull().hasMessageContaining(detail);
    assertThat(rejected.reason()).isEqualTo(reason);
  }

  /** A grey TIFF of one strip without compression; tags may say something else. */
  private static byte[] tiff(int width, int height, Map<Integer, Long> other) {
    Map<Integer, Long> tags = new LinkedHashMap<>();
    int pixels = width * height;
    tags.put(WIDTH, (long) width);
    tags.put(257, (long) height);
    tags.put(BITS, 8L);
    tags.put(COMPRESSION, 1L);
    tags.put(262, 1L); // black is zero
    tags.put(273, 8L);
    tags.put(ORIENTATION, 1L);
    tags.put(277, 1L);
    tags.put(ROWS_PER_STRIP, (long) height);
    tags.put(STRIP_BYTES, (long) pixels);
    tags.putAll(other);
    ByteBuffer tiff =
        ByteBuffer.allocate(8 + pixels + 2 + 12 * tags.size() + 4).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put(new byte[] {'I', 'I', 42, 0}).putInt(8 + pixels);
    for (int i = 0; i < pixels; i++) {
      tiff.put((byte) (i * 31 + i / width));
    }
    tiff.putShort((short) tags.size());
    tags.forEach(
        (tag, value) ->
            tiff.putShort(tag.shortValue()).putShort((short) 4).putInt(1).putInt(value.intValue()));
    tiff.putInt(0);
    return tiff.array();
  }
}
