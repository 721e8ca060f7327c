// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.DecodeSettings;
import io.sightline.config.DecodeSettings.SmallImages;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvException;
import org.opencv.core.CvType;
import org.opencv.imgcodecs.Imgcodecs;

/** Of rows below the crop: against {@link ReferenceChain}, which decodes the whole image. */
class JpegFileTest {

  /** Of an image of 60 x 160, the crop ends in row 110. */
  private static final Preprocessing CENTRE = toShortSide(30, 20, 30, Interpolation.LINEAR);

  private static final byte[] JPEG =
      TestImages.noise(".jpg", 60, 160, 1, Imgcodecs.IMWRITE_JPEG_QUALITY, 50);

  @ParameterizedTest
  @CsvSource({
    "IMWRITE_JPEG_SAMPLING_FACTOR_411,8",
    "IMWRITE_JPEG_SAMPLING_FACTOR_420,16",
    "IMWRITE_JPEG_SAMPLING_FACTOR_422,8",
    "IMWRITE_JPEG_SAMPLING_FACTOR_440,16",
    "IMWRITE_JPEG_SAMPLING_FACTOR_444,8"
  })
  void theCropIsBitByBitThatOfTheWholeImage(String sampling, int unit) throws Exception {
    int factor = Imgcodecs.class.getField(sampling).getInt(null);
    SplittableRandom random = new SplittableRandom(factor);
    int inPart = 0;
    for (Interpolation interpolation : List.of(Interpolation.LINEAR, Interpolation.CUBIC)) {
      for (int i = 0; i < 60; i++) {
        int crop = random.nextInt(8, 70);
        Preprocessing preprocessing =
            toShortSide(crop + random.nextInt(30), crop, crop, interpolation);
        int height = random.nextInt(10, 400);
        byte[] jpeg =
            TestImages.noise(
                ".jpg",
                random.nextInt(10, 300),
                height,
                i,
                Imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR,
                factor);
        int rows = decodedRows(jpeg, preprocessing);
        assertThat(rows == height || rows % unit == 0).as("%d of %d rows", rows, height).isTrue();
        inPart += rows < height ? 1 : 0;
      }
    }
    assertThat(inPart).as("decoded in part, of 120").isGreaterThan(50);
  }

  /** A scan that changes nothing takes as long as any other. */
  @Test
  void aJpegThatGoesOverItsBlocksTooOftenIsRefused() throws Exception {
    byte[] progressive =
        TestImages.noise(".jpg", 60, 160, 2, Imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1);
    assertThat(scans(progressive)).isBetween(5, 20);
    try (ImageDecoder decoder = decoder(1_000_000)) {
      decode(decoder, withLastScanAgain(progressive, 200));
      assertThatThrownBy(() -> decode(decoder, withLastScanAgain(progressive, 300)))
          .isInstanceOf(RejectedException.class)
          .hasMessageContaining("the jpeg of 60 x 160 pixels has more than 256 scans");
    }
    try (ImageDecoder decoder = decoder(60 * 160)) {
      decode(decoder, progressive);
      assertThatThrownBy(() -> decode(decoder, withLastScanAgain(progressive, 40)))
          .isInstanceOf(RejectedException.class)
          .hasMessageContaining("has more than 32 scans");
    }
  }

  private static ImageDecoder decoder(long maxPixels) {
    return new ImageDecoder(CENTRE, RowFormat.PLANAR_FLOAT32, DecodeSettings.upTo(maxPixels));
  }

  private static void decode(ImageDecoder decoder, byte[] jpeg) throws RejectedException {
    decoder.decode(jpeg, 0, jpeg.length);
  }

  private static int scans(byte[] jpeg) {
    return HexFormat.of().formatHex(jpeg).split("ffda", -1).length - 1;
  }

  private static byte[] withLastScanAgain(byte[] jpeg, int times) {
    int scan = jpeg.length - 1;
    while (jpeg[scan] != (byte) 0xFF || jpeg[scan + 1] != (byte) 0xDA) {
      scan--;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, jpeg.length - 2);
    for (int i = 0; i < times; i++) {
      out.write(jpeg, scan, jpeg.length - 2 - scan);
    }
    out.write(jpeg, jpeg.length - 2, 2);
    return out.toByteArray();
  }

  /** There the kernel's centre lies on whole pixels, or between them. */
  @ParameterizedTest
  @CsvSource({"96,48", "144,48", "192,48", "48,48", "48,96"})
  void theCropIsThatOfTheWholeImageWhereScalesAreRound(int height, int resizedHeight)
      throws Exception {
    byte[] jpeg = TestImages.noise(".jpg", height / 2, height, 1);
    for (Interpolation interpolation : List.of(Interpolation.LINEAR, Interpolation.CUBIC)) {
      Resize resize = Resize.toSize(resizedHeight / 2, resizedHeight, interpolation);
      for (int crop = 1; crop <= resizedHeight; crop++) {
        decodedRows(
            jpeg, new Preprocessing(resize, Crop.of(16, crop), Channels.RGB, 1, zeros(), ones()));
      }
    }
  }

  @Test
  void onlyTheRowsThatPillowsTapsReachAreDecoded() throws Exception {
    byte[] jpeg = TestImages.noise(".jpg", 60, 160, 1);
    for (Interpolation interpolation : Interpolation.values()) {
      if (!interpolation.isPillow()) {
        continue;
      }
      Preprocessing preprocessing = toShortSide(30, 20, 30, interpolation);
      ByteBuffer row = ImageDecoderTest.row(Float.BYTES * 3 * 20 * 30);
      ByteBuffer expected = ImageDecoderTest.row(row.capacity());
      try (ImageDecoder decoder = decoder(preprocessing, true);
          DecodedImage whole = DecodedImage.of(jpeg, DecodeSettings.upTo(1_000_000))) {
        decoder.decode(jpeg, 0, jpeg.length);
        assertThat(decoder.decodedRows()).as(interpolation.name()).isBetween(112, 128);
        decoder.writeTo(row);
        decoder.use(whole);
        assertThat(decoder.decodedRows()).isEqualTo(160);
        decoder.writeTo(expected);
      }
      assertThat(row).as(interpolation.name()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NEAREST", "AREA", "LANCZOS4"})
  void aResizeThatNeedsTheWholeImageGetsIt(Interpolation interpolation) throws Exception {
    assertThat(decodedRows(JPEG, toShortSide(30, 20, 30, interpolation))).isEqualTo(160);
  }

  @Test
  void sizeAndFormatAreThoseOfTheWholeImage() throws RejectedException {
    try (ImageDecoder decoder = decoder(CENTRE, true)) {
      decoder.decode(JPEG, 0, JPEG.length);
      assertThat(decoder.decodedRows()).isEqualTo(112);
      assertThat(decoder.width()).isEqualTo(60);
      assertThat(decoder.height()).isEqualTo(160);
      assertThat(decoder.format()).isEqualTo(ImageFormat.JPEG);
    }
  }

  @Test
  void aGreyJpegIsDecodedInPart() throws Exception {
    byte[] grey = TestImages.encode(".jpg", TestImages.noise(60, 160, CvType.CV_8UC1, 3));
    assertThat(decodedRows(grey, CENTRE)).isEqualTo(112);
  }

  @Test
  void scansThatDoNotComeFromTopToBottomAndMarkersBehindTheRowsNeedTheWholeImage()
      throws Exception {
    List<byte[]> whole =
        List.of(
            TestImages.noise(".jpg", 60, 160, 2, Imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1),
            TestImages.noise(".jpg", 60, 160, 2, Imgcodecs.IMWRITE_JPEG_RST_INTERVAL, 3),
            segment(0xE2, "MPF\0II*\0"), // further pictures behind this one
            Arrays.copyOf(JPEG, JPEG.length + 5));
    for (int i = 0; i < whole.size(); i++) {
      assertThat(decodedRows(whole.get(i), CENTRE)).as("image %d", i).isEqualTo(160);
    }
    List<byte[]> inPart =
        List.of(
            segment(0xE2, "ICC_PROFILE\0"),
            segment(0xE1, "http://ns.adobe.com/xap/1.0/\0"),
            segment(0xFE, "a comment"),
            concat(JPEG, JPEG));
    for (int i = 0; i < inPart.size(); i++) {
      assertThat(decodedRows(inPart.get(i), CENTRE)).as("image %d", i).isEqualTo(112);
    }
  }

  /** By orientation; of those that swap the sides, 60 rows are all. */
  @ParameterizedTest
  @CsvSource({"1,112", "2,160", "3,160", "4,160", "5,60", "6,60", "7,60", "8,60"})
  void anImageThatIsTurnedIsDecodedWhole(int orientation, int rows) throws Exception {
    byte[] turned = TestImages.withOrientation(JPEG, orientation);
    assertThat(decodedRows(turned, CENTRE)).isEqualTo(rows);
    try (ImageDecoder asStored = decoder(CENTRE, false)) {
      asStored.decode(turned, 0, turned.length);
      assertThat(asStored.decodedRows()).isEqualTo(112);
    }
  }

  /** A header, then a count of entries of a tag, a type, a count and a value, in either order. */
  @ParameterizedTest
  @CsvSource({
    "4d4d002a00000008 0001 0112 0003 00000001 00010000 00000000,112", // upright
    "49492a0008000000 0100 1201 0300 01000000 01000000 00000000,112",
    "4d4d002a00000008 0001 010f 0002 00000001 41000000 00000000,112", // says nothing of it
    "49492a0008000000 0100 1201 0300 01000000 03000000 00000000,160", // upside down
    "4d4d002a00000008 0002 0112 0003 00000001 00010000 00000000,160", // entries that are not there
    "4d4d002a00000008 0001 0112 0004 00000001 00000001 00000000,160", // of another type
    "4d4d002a000000ff 0001 0112 0003 00000001 00010000 00000000,160",
    "4d4d002b00080000 0001 0112 0003 00000001 00010000 00000000,160",
    "4d4d,160",
    "4d4d002a,160"
  })
  void anExifBlockThatIsNotCertainlyUprightIsLeftToTheDecoder(String exif, int rows)
      throws Exception {
    byte[] block = HexFormat.of().parseHex(exif.replace(" ", ""));
    byte[] data = concat("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1), block);
    assertThat(decodedRows(segment(0xE1, data), CENTRE)).isEqualTo(rows);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anImageThatIsCutOffAtAnyByteIsRejectedWhereTheWholeIs(boolean ended) {
    int accepted = 0;
    try (ImageDecoder decoder = decoder(CENTRE, true)) {
      ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());
      for (int length = 2; length < JPEG.length; length += ended ? 3 : 1) {
        byte[] part = Arrays.copyOf(JPEG, length);
        byte[] jpeg = ended ? concat(part, new byte[] {(byte) 0xFF, (byte) 0xD9}) : part;
        accepted += isAcceptedLikeTheWhole(decoder, row, jpeg, length) ? 1 : 0;
      }
    }
    // Before an end, libjpeg fills what is missing with grey; without one, all must be there.
    if (ended) {
      assertThat(accepted).isGreaterThan(500);
    } else {
      assertThat(accepted).isLessThan(4);
    }
  }

  @Test
  void anImageWithBytesChangedIsRejectedWhereTheWholeIs() {
    SplittableRandom random = new SplittableRandom(11);
    int accepted = 0;
    try (ImageDecoder decoder = decoder(CENTRE, true)) {
      ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());
      for (int i = 0; i < 2000; i++) {
        byte[] mutated = JPEG.clone();
        int end = i % 2 == 0 ? mutated.length : 700; // the header is small
        for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
          int value = random.nextInt(4) == 0 ? 0xFF : random.nextInt();
          mutated[random.nextInt(2, end)] = (byte) value;
        }
        accepted += isAcceptedLikeTheWhole(decoder, row, mutated, i) ? 1 : 0;
      }
    }
    assertThat(accepted).isBetween(500, 1900);
  }

  private static boolean isAcceptedLikeTheWhole(
      ImageDecoder decoder, ByteBuffer row, byte[] jpeg, int what) {
    try {
      decoder.decode(jpeg, 0, jpeg.length);
      decoder.writeTo(row);
      ImageDecoderTest.assertRowIs(row, ReferenceChain.run(jpeg, CENTRE));
      return true;
    } catch (RejectedException e) {
      if (e.reason() == Reason.CORRUPT_IMAGE) {
        assertThat(isDecoded(jpeg)).as("image %d as a whole", what).isFalse();
      }
      return false;
    }
  }

  private static boolean isDecoded(byte[] jpeg) {
    try {
      return !TestImages.decode(jpeg).empty();
    } catch (CvException e) {
      return false;
    }
  }

  /** Decodes an image, and compares its crop with that of the whole image, bit by bit. */
  private static int decodedRows(byte[] jpeg, Preprocessing preprocessing) throws Exception {
    try (ImageDecoder decoder = decoder(preprocessing, true)) {
      ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());
      decoder.decode(jpeg, 0, jpeg.length);
      decoder.writeTo(row);
      ImageDecoderTest.assertRowIs(row, ReferenceChain.run(jpeg, preprocessing));
      return decoder.decodedRows();
    }
  }

  private static ImageDecoder decoder(Preprocessing preprocessing, boolean exifOrientation) {
    return new ImageDecoder(
        preprocessing,
        RowFormat.PLANAR_FLOAT32,
        new DecodeSettings(10_000_000, SmallImages.REJECT, exifOrientation));
  }

  private static Preprocessing toShortSide(
      int side, int cropWidth, int cropHeight, Interpolation interpolation) {
    return new Preprocessing(
        Resize.toShortSide(side, interpolation),
        Crop.of(cropWidth, cropHeight),
        Channels.RGB,
        1,
        zeros(),
        ones());
  }

  private static List<Double> zeros() {
    return List.of(0.0, 0.0, 0.0);
  }

  private static List<Double> ones() {
    return List.of(1.0, 1.0, 1.0);
  }

  /** The image with a segment of its own. */
  private static byte[] segment(int marker, String latin1) {
    return segment(marker, latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] segment(int marker, byte[] data) {
    ByteBuffer segment = ByteBuffer.allocate(4 + data.length);
    segment.put((byte) 0xFF).put((byte) marker).putShort((short) (2 + data.length)).put(data);
    return TestImages.insertAfterStart(JPEG, segment.array());
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(first);
    bytes.writeBytes(second);
    return bytes.toByteArray();
  }
}
