// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvType;
import org.opencv.imgcodecs.Imgcodecs;

class ImageProbeTest {

  @ParameterizedTest
  @CsvSource({
    ".jpg,JPEG,40,30",
    ".jpg,JPEG,1,1",
    ".jpg,JPEG,257,3",
    ".png,PNG,40,30",
    ".png,PNG,1,1",
    ".png,PNG,70000,1",
    ".webp,WEBP,40,30",
    ".webp,WEBP,1,1",
    ".webp,WEBP,300,5",
    ".bmp,BMP,40,30",
    ".bmp,BMP,1,1",
    ".tiff,TIFF,40,30",
    ".tiff,TIFF,1,70000"
  })
  void formatAndSizeAreThoseOfTheImage(String extension, ImageFormat format, int width, int height)
      throws RejectedException {
    assertThat(probe(TestImages.noise(extension, width, height, 1)))
        .isEqualTo(new ImageHeader(format, width, height));
  }

  @Test
  void progressiveAndGreyJpegsAreProbed() throws RejectedException {
    byte[] progressive = TestImages.noise(".jpg", 90, 20, 2, Imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1);
    assertThat(progressive).satisfies(bytes -> assertThat(indexOf(bytes, "FFC2")).isPositive());
    assertThat(probe(progressive)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 90, 20));
    byte[] grey = TestImages.encode(".jpg", TestImages.noise(31, 17, CvType.CV_8UC1, 3));
    assertThat(probe(grey)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 31, 17));
  }

  @Test
  void losslessLossyAndExtendedWebpAreProbed() throws RejectedException {
    byte[] lossy = TestImages.noise(".webp", 90, 20, 2, Imgcodecs.IMWRITE_WEBP_QUALITY, 80);
    byte[] lossless = TestImages.noise(".webp", 90, 20, 2, Imgcodecs.IMWRITE_WEBP_QUALITY, 101);
    byte[] alpha =
        TestImages.encode(
            ".webp",
            TestImages.noise(90, 20, CvType.CV_8UC4, 2),
            Imgcodecs.IMWRITE_WEBP_QUALITY,
            80);
    assertThat(new String(lossy, 12, 4, StandardCharsets.US_ASCII)).isEqualTo("VP8 ");
    assertThat(new String(lossless, 12, 4, StandardCharsets.US_ASCII)).isEqualTo("VP8L");
    assertThat(new String(alpha, 12, 4, StandardCharsets.US_ASCII)).isEqualTo("VP8X");
    for (byte[] bytes : new byte[][] {lossy, lossless, alpha}) {
      assertThat(probe(bytes)).isEqualTo(new ImageHeader(ImageFormat.WEBP, 90, 20));
    }
  }

  @Test
  void theSizeIsThatBeforeTheExifOrientation() throws RejectedException {
    byte[] turned = TestImages.withOrientation(TestImages.noise(".jpg", 40, 30, 1), 6);
    assertThat(probe(turned)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 40, 30));
  }

  @Test
  void theThumbnailInAnExifSegmentIsNotTheImage() throws RejectedException {
    byte[] thumbnail = TestImages.noise(".jpg", 8, 8, 1);
    ByteBuffer segment = ByteBuffer.allocate(thumbnail.length + 10);
    segment.putShort((short) 0xFFE1).putShort((short) (thumbnail.length + 8));
    segment.put(new byte[] {'E', 'x', 'i', 'f', 0, 0}).put(thumbnail);
    byte[] jpeg = TestImages.insertAfterStart(TestImages.noise(".jpg", 40, 30, 1), segment.array());
    assertThat(probe(jpeg)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 40, 30));
  }

  @Test
  void fillBytesAndMarkersWithoutLengthAreSkipped() throws RejectedException {
    byte[] jpeg =
        TestImages.insertAfterStart(
            TestImages.noise(".jpg", 40, 30, 1), HexFormat.of().parseHex("FFFFFFFF01"));
    assertThat(probe(jpeg)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 40, 30));
  }

  @Test
  void onlyThePartOfTheArrayIsRead() throws RejectedException {
    byte[] png = TestImages.noise(".png", 40, 30, 1);
    byte[] within = new byte[png.length + 20];
    Arrays.fill(within, (byte) 0xFF);
    System.arraycopy(png, 0, within, 7, png.length);
    assertThat(ImageProbe.probe(within, 7, png.length))
        .isEqualTo(new ImageHeader(ImageFormat.PNG, 40, 30));
    assertThatThrownBy(() -> ImageProbe.probe(within, 7, 23))
        .isInstanceOf(RejectedException.class)
        .hasMessageContaining("ends after 23 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {".jpg", ".png", ".webp", ".bmp"})
  void aTruncatedImageGivesItsHeaderOrIsRejected(String extension) throws RejectedException {
    byte[] whole = TestImages.noise(extension, 40, 30, 1);
    ImageHeader header = probe(whole);
    int rejected = 0;
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      try {
        assertThat(probe(cut)).isEqualTo(header);
      } catch (RejectedException e) {
        assertThat(e.reason()).isIn(Reason.UNSUPPORTED_FORMAT, Reason.MALFORMED_HEADER);
        assertThat(rejected).as("shorter ones were rejected too").isEqualTo(length);
        rejected++;
      }
    }
    assertThat(rejected).isBetween(20, whole.length - 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {".jpg", ".png", ".webp"})
  void mutatedBytesGiveAHeaderOrARejectionAndNothingElse(String extension) {
    byte[] whole = TestImages.noise(extension, 40, 30, 1);
    SplittableRandom random = new SplittableRandom(7);
    int rejected = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = Arrays.copyOf(whole, random.nextInt(1, whole.length + 1));
      for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
        int at = random.nextInt(Math.min(mutated.length, random.nextBoolean() ? 32 : 700));
        mutated[at] = random.nextInt(3) == 0 ? (byte) 0xFF : (byte) random.nextInt(256);
      }
      try {
        ImageHeader header = probe(mutated);
        assertThat(header.width()).isPositive();
        assertThat(header.height()).isPositive();
      } catch (RejectedException e) {
        assertThat(e.reason()).isIn(Reason.UNSUPPORTED_FORMAT, Reason.MALFORMED_HEADER);
        rejected++;
      }
    }
    assertThat(rejected).isBetween(1000, 19_999);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "FF",
        "FFD8",
        "474946383861",
        "424E",
        "89504E47",
        "52494646",
        "3C68746D6C3E"
      })
  void whatIsNoKnownFormatIsRejectedWithItsFirstBytes(String hex) {
    RejectedException rejected = rejected(hex);
    assertThat(rejected.reason()).isEqualTo(Reason.UNSUPPORTED_FORMAT);
    assertThat(rejected.detail())
        .contains("first " + HexFormat.ofDelimiter(" ").formatHex(HexFormat.of().parseHex(hex)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // JPEG: no height, no width, segment lengths of 0 and 1, a scan or an end first, garbage
        "FFD8FFC0000B080000001003011100FFD9",
        "FFD8FFC0000B080010000003011100FFD9",
        "FFD8FFE00000FFC0000B080010001003011100",
        "FFD8FFE00001FFC0000B080010001003011100",
        "FFD8FFDA0008010100003F00",
        "FFD8FFD9",
        "FFD8FFE0000400001234",
        "FFD8FFE0FFFF",
        // PNG: another first chunk, no width, a height of 2^32 - 1
        "89504E470D0A1A0A0000000D4944415400000010000000100802000000",
        "89504E470D0A1A0A0000000D4948445200000000000000100802000000",
        "89504E470D0A1A0A0000000D4948445200000010FFFFFFFF0802000000",
        // WebP: an unknown chunk, VP8L and VP8 without their signatures, VP8 without a width
        "524946461A000000574542504558494600000000000000000000000000000000",
        "524946461A000000574542505650384C00000000000000000000000000000000",
        "524946461A000000574542505650382000000000000000000000000000000000",
        "524946461A0000005745425056503820000000000000009D012A000010000000",
        // BMP: cut off, no width, the lowest height of all
        "424D",
        "424D000000000000000000000000280000000000000001000000010018000000000000000000"
            + "00000000000000000000000000000000",
        "424D000000000000000000000000280000000100000000000080010018000000000000000000"
            + "00000000000000000000000000000000",
        // GIF: cut off, no image, an image without width, more data than pixels can have
        "474946383961",
        "474946383961010001000000003B",
        "474946383961010001000000002C00000000000001000002003B",
        // TIFF: cut off, no page, a page beyond its end, one without entries, a tag without value
        "49492A00",
        "49492A0000000000",
        "4D4D002A00000008",
        "49492A0008000000" + "0000" + "00000000",
        "49492A0008000000" + "0100" + "000103000000000001000000" + "00000000",
        // the width twice, a width of 2^32 - 1, BigTIFF with offsets of 4 bytes
        "49492A0008000000"
            + "0300"
            + "000103000100000001000000"
            + "000103000100000001000000"
            + "010103000100000001000000"
            + "00000000",
        "49492A0008000000"
            + "0200"
            + "0001040001000000FFFFFFFF"
            + "010103000100000001000000"
            + "00000000",
        "49492B00040000001000000000000000",
        // BigTIFF: as many entries as overflow a number of 64 bits
        "49492B00080000001000000000000000" + "CDCCCCCCCCCCCC0C" + "0000000000000000"
      })
  void aHostileHeaderIsRejectedAsMalformed(String hex) {
    assertThat(rejected(hex).reason()).isEqualTo(Reason.MALFORMED_HEADER);
  }

  @Test
  void theLargestSizesDoNotOverflow() throws RejectedException {
    assertThat(
            probe(
                HexFormat.of()
                    .parseHex("89504E470D0A1A0A0000000D494844527FFFFFFF7FFFFFFF0802000000")))
        .satisfies(
            header ->
                assertThat(header.pixels())
                    .isEqualTo((long) Integer.MAX_VALUE * Integer.MAX_VALUE));
    byte[] webp = new byte[30];
    System.arraycopy("RIFF".getBytes(StandardCharsets.US_ASCII), 0, webp, 0, 4);
    System.arraycopy("WEBPVP8X".getBytes(StandardCharsets.US_ASCII), 0, webp, 8, 8);
    Arrays.fill(webp, 24, 30, (byte) 0xFF);
    assertThat(probe(webp)).isEqualTo(new ImageHeader(ImageFormat.WEBP, 1 << 24, 1 << 24));
  }

  /** A decoder skips a stuffed zero, and reads on in what looks like its segment. */
  @Test
  void aFrameHeaderHiddenBehindAStuffedZeroIsRejected() {
    byte[] large = HexFormat.of().parseHex("FFC00011087FFF7FFF03012200021101031101");
    ByteBuffer hidden = ByteBuffer.allocate(large.length + 4);
    hidden.putShort((short) 0xFF00).putShort((short) (large.length + 2)).put(large);
    byte[] jpeg = TestImages.insertAfterStart(TestImages.noise(".jpg", 16, 16, 1), hidden.array());
    assertThatThrownBy(() -> probe(jpeg))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED_HEADER));
  }

  private static RejectedException rejected(String hex) {
    return catchThrowableOfType(RejectedException.class, () -> probe(HexFormat.of().parseHex(hex)));
  }

  private static ImageHeader probe(byte[] bytes) throws RejectedException {
    return ImageProbe.probe(bytes, 0, bytes.length);
  }

  private static int indexOf(byte[] bytes, String hex) {
    return HexFormat.of().withUpperCase().formatHex(bytes).indexOf(hex);
  }
}
