// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;
import org.opencv.imgcodecs.Imgcodecs;

class ImageDecoderTest {

  private static final long MAX_PIXELS = 1_000_000;
  private static final int SIDE = 8;

  /** Rows hold the pixels themselves: scale 1, mean 0, standard deviation 1. */
  private static final Preprocessing PIXELS =
      new Preprocessing(
          Resize.toShortSide(SIDE, Interpolation.LINEAR),
          Crop.of(SIDE, SIDE),
          Channels.RGB,
          1,
          List.of(0.0, 0.0, 0.0),
          List.of(1.0, 1.0, 1.0));

  private final ImageDecoder decoder =
      new ImageDecoder(PIXELS, RowFormat.PLANAR_FLOAT32, DecodeSettings.upTo(MAX_PIXELS));
  private final ByteBuffer row = row(decoder.rowBytes());

  @AfterEach
  void close() {
    decoder.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1,0,40,30",
    "2,1,40,30",
    "3,2,40,30",
    "4,3,40,30",
    "5,0,30,40",
    "6,3,30,40",
    "7,2,30,40",
    "8,1,30,40"
  })
  void theExifOrientationIsApplied(int orientation, int expectedCorner, int width, int height)
      throws RejectedException {
    // Corners, as stored: red and green above, blue and white below.
    Mat corners = new Mat(30, 40, CvType.CV_8UC3);
    corners.submat(0, 15, 0, 20).setTo(new Scalar(0, 0, 255));
    corners.submat(0, 15, 20, 40).setTo(new Scalar(0, 255, 0));
    corners.submat(15, 30, 0, 20).setTo(new Scalar(255, 0, 0));
    corners.submat(15, 30, 20, 40).setTo(new Scalar(255, 255, 255));
    byte[] jpeg = TestImages.encode(".jpg", corners);

    decode(TestImages.withOrientation(jpeg, orientation));
    decoder.writeTo(row);

    assertThat(decoder.width()).isEqualTo(width);
    assertThat(decoder.height()).isEqualTo(height);
    float[][] colours = {{255, 0, 0}, {0, 255, 0}, {255, 255, 255}, {0, 0, 255}};
    float[] expected = colours[expectedCorner];
    for (int plane = 0; plane < 3; plane++) {
      assertThat(pixel(row, plane, 0, 0))
          .as("plane %d of the upper left corner", plane)
          .isCloseTo(expected[plane], within(30f));
    }
  }

  @Test
  void rowsAreRedGreenAndBluePlanes() throws RejectedException {
    for (String extension : List.of(".png", ".webp", ".jpg", ".bmp", ".tiff")) {
      decode(TestImages.solid(extension, 20, 20, 200, 100, 50));
      decoder.writeTo(row);
      assertThat(decoder.format().label()).startsWith(extension.substring(1, 3));
      float[] expected = {200, 100, 50};
      for (int plane = 0; plane < 3; plane++) {
        assertThat(pixel(row, plane, 4, 4))
            .as("%s, plane %d", extension, plane)
            .isCloseTo(expected[plane], within(3f));
      }
    }
  }

  @Test
  void greyAlphaAndSixteenBitImagesBecomeThreeChannels() throws RejectedException {
    for (int type : List.of(CvType.CV_8UC1, CvType.CV_8UC4, CvType.CV_16UC1, CvType.CV_16UC3)) {
      byte[] png = TestImages.encode(".png", TestImages.noise(30, 20, type, 5));
      decode(png);
      decoder.writeTo(row);
      assertRowIs(row, ReferenceChain.run(png, PIXELS));
    }
    byte[] grey = TestImages.encode(".png", TestImages.noise(30, 20, CvType.CV_8UC1, 5));
    decode(grey);
    decoder.writeTo(row);
    assertThat(pixel(row, 0, 3, 3)).isEqualTo(pixel(row, 1, 3, 3)).isEqualTo(pixel(row, 2, 3, 3));
  }

  @Test
  void aPalettePngIsDecoded() throws RejectedException {
    // 2 x 2 pixels of two bits each: palette entries 0 and 1, then 1 and 0.
    byte[] png = palettePng(new byte[] {10, 20, 30, (byte) 200, (byte) 150, 100});
    decode(png);
    assertThat(decoder.width()).isEqualTo(2);
    decoder.writeTo(row);
    assertThat(pixel(row, 0, 0, 0)).isEqualTo(10);
    assertThat(pixel(row, 1, 0, SIDE - 1)).isEqualTo(150);
    assertThat(pixel(row, 2, SIDE - 1, 0)).isEqualTo(100);
  }

  /** OpenCV's own reader of animations ends the process at the second. */
  @Test
  void anAnimatedPngIsItsDefaultImageWhateverItsFramesAre() throws RejectedException {
    byte[] red = deflated(0, 200, 10, 20);
    byte[] blue = deflated(0, 10, 20, 200);
    byte[] badFilter = deflated(5, 0, 0, 0);
    ByteBuffer sound = animationStart();
    chunk(sound, "fcTL", frameControl(0));
    chunk(sound, "IDAT", red);
    chunk(sound, "fcTL", frameControl(1));
    chunk(sound, "fdAT", frameData(2, blue));
    ByteBuffer broken = animationStart();
    chunk(broken, "acTL", ByteBuffer.allocate(8).putInt(3).array());
    chunk(broken, "IDAT", red);
    chunk(broken, "fcTL", frameControl(0));
    chunk(broken, "fdAT", frameData(1, badFilter));
    for (ByteBuffer animation : List.of(sound, broken)) {
      chunk(animation, "IEND", new byte[0]);
      byte[] png = new byte[animation.position()];
      animation.get(0, png);
      byte[] before = png.clone();
      decode(png);
      decoder.writeTo(row);
      assertThat(new float[] {pixel(row, 0, 0, 0), pixel(row, 1, 0, 0), pixel(row, 2, 0, 0)})
          .containsExactly(200, 10, 20);
      try (DecodedImage image = DecodedImage.of(png, DecodeSettings.upTo(MAX_PIXELS))) {
        assertThat(image.bgr()).containsExactly(20, 10, 200);
      }
      assertThat(png).as("the bytes that were given").isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".jpg", ".png", ".webp", ".bmp", ".tiff"})
  void anImageThatIsCutOffAtAnyByteIsRejectedOrWhole(String extension) throws RejectedException {
    byte[] whole = TestImages.noise(extension, 40, 30, 3);
    decode(whole);
    decoder.writeTo(row);
    float[] expected = values(row);

    int accepted = 0;
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      try {
        decode(part);
      } catch (RejectedException e) {
        continue;
      }
      decoder.writeTo(row);
      assertThat(values(row)).as("%d of %d bytes", length, whole.length).isEqualTo(expected);
      accepted++;
    }

    // A JPEG without its end marker has all of its pixels.
    assertThat(accepted).isLessThanOrEqualTo(4);
  }

  private static float[] values(ByteBuffer row) {
    float[] values = new float[row.capacity() / Float.BYTES];
    row.duplicate().clear().order(row.order()).asFloatBuffer().get(values);
    return values;
  }

  @Test
  void aTruncatedJpegIsRejectedAsCorrupt() throws RejectedException {
    byte[] jpeg = TestImages.noise(".jpg", 200, 150, 1);
    RejectedException rejected = rejected(Arrays.copyOf(jpeg, jpeg.length / 2));
    assertThat(rejected.reason()).isEqualTo(Reason.CORRUPT_IMAGE);
    assertThat(rejected.detail()).contains("jpeg of 200 x 150 pixels");
    decode(jpeg); // and the next one is decoded
    decoder.writeTo(row);
    assertRowIs(row, ReferenceChain.run(jpeg, PIXELS));
  }

  @Test
  void aPngTruncatedAtAnyByteIsRejected() {
    byte[] png = TestImages.noise(".png", 40, 30, 1);
    for (int length = 0; length < png.length; length++) {
      assertThat(rejected(Arrays.copyOf(png, length)).reason().stage().label()).isEqualTo("decode");
    }
  }

  /** OpenCV would ask for 2 GiB in small pieces, with a warning for each, for most of a minute. */
  @Test
  @Timeout(5)
  void aPngChunkThatClaimsMoreThanThereIsIsRejectedAtOnce() {
    byte[] png = TestImages.noise(".png", 40, 30, 1);
    ByteBuffer.wrap(png).putInt(33, 0x7FFFFFF0);
    RejectedException rejected = rejected(png);
    assertThat(rejected.reason()).isEqualTo(Reason.CORRUPT_IMAGE);
    assertThat(rejected.detail()).contains("2147483632 bytes at byte 33");
  }

  @ParameterizedTest
  @ValueSource(strings = {".jpg", ".png", ".webp", ".bmp", ".tiff"})
  @Timeout(30)
  void mutatedImagesAreDecodedOrRejected(String extension) {
    byte[] whole = TestImages.noise(extension, 40, 30, 1);
    SplittableRandom random = new SplittableRandom(11);
    int rejected = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] mutated = Arrays.copyOf(whole, random.nextInt(whole.length / 2, whole.length + 1));
      for (int changes = random.nextInt(1, 8); changes > 0; changes--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      try {
        decode(mutated);
        decoder.writeTo(row);
      } catch (RejectedException e) {
        assertThat(e.reason().stage().label()).isEqualTo("decode");
        rejected++;
      }
    }
    assertThat(rejected).isPositive();
  }

  @Test
  void moreThanMaxPixelsAreRejectedByTheHeaderAlone() throws RejectedException {
    decode(TestImages.solid(".png", 1000, 1000, 1, 2, 3));
    byte[] larger = TestImages.solid(".png", 1001, 1000, 1, 2, 3);
    RejectedException rejected = rejected(Arrays.copyOf(larger, 64)); // no pixel of it is there
    assertThat(rejected.reason()).isEqualTo(Reason.TOO_MANY_PIXELS);
    assertThat(rejected.detail()).contains("1001 x 1000").contains("decode.max-pixels (1000000)");
  }

  /** 60,000 pixels in all, and 8 x 480,000 once its short side has 8. */
  @ParameterizedTest
  @CsvSource({"1,60000", "60000,1"})
  void aLineThatWouldGrowBeyondMaxPixelsIsRejectedBeforeItIsResized(int width, int height) {
    RejectedException rejected = rejected(TestImages.solid(".png", width, height, 9, 9, 9));
    assertThat(rejected.reason()).isEqualTo(Reason.TOO_MANY_PIXELS);
    assertThat(rejected.detail()).contains("resized to 3840000");
    assertThatThrownBy(() -> decoder.writeTo(row)).isInstanceOf(NullPointerException.class);
  }

  @ParameterizedTest
  @CsvSource({"1,500", "500,1", "3,700"})
  void aNarrowImageWithinBoundsIsTheSameAsByTheReferenceChain(int width, int height)
      throws RejectedException {
    byte[] png = TestImages.noise(".png", width, height, 3);
    decode(png);
    decoder.writeTo(row);
    assertRowIs(row, ReferenceChain.run(png, PIXELS));
  }

  @Test
  void afterAFailedDecodeNothingOfTheImageBeforeIsLeft() throws RejectedException {
    decode(TestImages.solid(".png", 20, 20, 200, 100, 50));
    byte[] jpeg = TestImages.noise(".jpg", 200, 150, 1);
    List<byte[]> broken =
        List.of(
            new byte[0],
            new byte[] {1, 2, 3},
            Arrays.copyOf(jpeg, 10),
            Arrays.copyOf(jpeg, jpeg.length / 2),
            TestImages.solid(".png", 2000, 1000, 1, 1, 1));
    for (byte[] bytes : broken) {
      decode(TestImages.solid(".png", 20, 20, 200, 100, 50));
      rejected(bytes);
      fill(row, 77);
      assertThatThrownBy(() -> decoder.writeTo(row)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(decoder::width).isInstanceOf(NullPointerException.class);
      assertThat(pixel(row, 0, 0, 0)).as("the row is untouched").isEqualTo(77);
    }
  }

  @Test
  void aRowOfAnotherSizeOrOnTheHeapIsRefused() throws RejectedException {
    decode(TestImages.solid(".png", 20, 20, 200, 100, 50));
    int size = decoder.rowBytes();
    assertThat(size).isEqualTo(3 * SIDE * SIDE * Float.BYTES);
    assertThatThrownBy(() -> decoder.writeTo(row(size - 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("direct buffer of %d bytes (got %d)".formatted(size, size - 4));
    assertThatThrownBy(() -> decoder.writeTo(row(size + 4)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> decoder.writeTo(ByteBuffer.allocate(size)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neighbouringRowsOfABatchAreUntouched() throws RejectedException {
    int size = decoder.rowBytes();
    ByteBuffer batch = row(3 * size);
    fill(batch, 77);
    ByteBuffer middle = batch.slice(size, size).order(ByteOrder.nativeOrder());
    byte[] png = TestImages.noise(".png", 31, 17, 3);
    decode(png);
    decoder.writeTo(middle);
    assertRowIs(middle, ReferenceChain.run(png, PIXELS));
    for (int i = 0; i < size; i += Float.BYTES) {
      assertThat(batch.getFloat(i)).isEqualTo(77);
      assertThat(batch.getFloat(2 * size + i)).isEqualTo(77);
    }
  }

  /** OpenCV gives a plane new memory where its size differs, and says nothing. */
  @Test
  void aReallocatedPlaneIsAnErrorThatNamesIt() throws RejectedException {
    RowFormat format = RowFormat.PLANAR_FLOAT32;
    try (Preprocessor preprocessor =
        new Preprocessor(PIXELS, format, DecodeSettings.upTo(MAX_PIXELS))) {
      Mat image = TestImages.decode(TestImages.solid(".png", 20, 20, 200, 100, 50));
      Placement placement = preprocessor.place(20, 20);
      preprocessor.write(image, 20, placement, preprocessor.matsOf(row));
      assertThat(pixel(row, 0, 0, 0)).isEqualTo(200);
      RowMats wrong = new RowMats(row, format, 3, SIDE / 2, SIDE);
      assertThatThrownBy(() -> preprocessor.write(image, 20, placement, wrong))
          .isInstanceOf(ReallocatedRowError.class)
          .hasMessageContaining("plane 0 of the row was reallocated");
    }
  }

  @Test
  void whatFindsNoMemoryInOpenCvIsAFaultOfTheMachineAndNotOfTheImage() throws RejectedException {
    int beyondAnyAddress = 1 << 24;
    Preprocessing huge =
        new Preprocessing(
            Resize.toSize(beyondAnyAddress, beyondAnyAddress, Interpolation.NEAREST),
            Crop.of(SIDE, SIDE),
            Channels.RGB,
            1,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));
    byte[] png = TestImages.solid(".png", 20, 20, 200, 100, 50);
    try (ImageDecoder decoder =
        new ImageDecoder(huge, RowFormat.PLANAR_FLOAT32, DecodeSettings.upTo(Long.MAX_VALUE))) {
      decoder.decode(png, 0, png.length);
      assertThatThrownBy(() -> decoder.writeTo(row))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessageContaining("OpenCV");
    }
  }

  @Test
  void aLargeImageAfterASmallOneIsReadWhole() throws RejectedException {
    decode(TestImages.noise(".png", 10, 10, 1));
    byte[] large = TestImages.noise(".png", 900, 700, 2, Imgcodecs.IMWRITE_PNG_COMPRESSION, 0);
    assertThat(large.length).isGreaterThan(1 << 20);
    byte[] within = new byte[large.length + 100];
    System.arraycopy(large, 0, within, 50, large.length);
    decoder.decode(within, 50, large.length);
    decoder.writeTo(row);
    assertRowIs(row, ReferenceChain.run(large, PIXELS));
  }

  private void decode(byte[] bytes) throws RejectedException {
    decoder.decode(bytes, 0, bytes.length);
  }

  private RejectedException rejected(byte[] bytes) {
    RejectedException rejected = catchThrowableOfType(RejectedException.class, () -> decode(bytes));
    assertThat(rejected).isNotNull();
    return rejected;
  }

  static ByteBuffer row(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private static void fill(ByteBuffer row, float value) {
    for (int i = 0; i < row.capacity(); i += Float.BYTES) {
      row.putFloat(i, value);
    }
  }

  private static float pixel(ByteBuffer row, int plane, int y, int x) {
    return row.getFloat(((plane * SIDE + y) * SIDE + x) * Float.BYTES);
  }

  /** Bit by bit. */
  static void assertRowIs(ByteBuffer row, float[] expected) {
    float[] actual = new float[expected.length];
    assertThat(row.capacity()).isEqualTo(expected.length * Float.BYTES);
    row.asFloatBuffer().get(0, actual);
    int difference = Arrays.mismatch(actual, expected);
    if (difference >= 0) {
      assertThat(actual[difference]).as("float %d", difference).isEqualTo(expected[difference]);
    }
  }

  private static byte[] palettePng(byte[] palette) {
    HexFormat hex = HexFormat.of();
    // Each line: filter 0, then two pixels of eight bits; a stored deflate block around both.
    byte[] data = hex.parseHex("7801" + "010600F9FF" + "000001" + "000100" + "00080003");
    Adler32 adler = new Adler32();
    adler.update(hex.parseHex("000001000100"));
    ByteBuffer.wrap(data).putInt(data.length - 4, (int) adler.getValue());
    ByteBuffer png = ByteBuffer.allocate(200);
    png.put(hex.parseHex("89504E470D0A1A0A"));
    chunk(png, "IHDR", hex.parseHex("00000002000000020803000000"));
    chunk(png, "PLTE", palette);
    chunk(png, "IDAT", data);
    chunk(png, "IEND", new byte[0]);
    return Arrays.copyOf(png.array(), png.position());
  }

  /** A PNG of one pixel, and that it has two frames. */
  private static ByteBuffer animationStart() {
    HexFormat hex = HexFormat.of();
    ByteBuffer png = ByteBuffer.allocate(400);
    png.put(hex.parseHex("89504E470D0A1A0A"));
    chunk(png, "IHDR", hex.parseHex("00000001000000010802000000"));
    chunk(png, "acTL", hex.parseHex("0000000200000000"));
    return png;
  }

  private static byte[] frameControl(int sequence) {
    ByteBuffer control = ByteBuffer.allocate(26);
    return control.putInt(sequence).putInt(1).putInt(1).putInt(20, 0x0001_0064).array();
  }

  private static byte[] frameData(int sequence, byte[] data) {
    return ByteBuffer.allocate(4 + data.length).putInt(sequence).put(data).array();
  }

  private static byte[] deflated(int... bytes) {
    byte[] line = new byte[bytes.length];
    for (int i = 0; i < line.length; i++) {
      line[i] = (byte) bytes[i];
    }
    Deflater deflater = new Deflater();
    deflater.setInput(line);
    deflater.finish();
    byte[] deflated = new byte[64];
    int length = deflater.deflate(deflated);
    deflater.end();
    return Arrays.copyOf(deflated, length);
  }

  private static void chunk(ByteBuffer png, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    png.putInt(data.length).put(name).put(data).putInt((int) crc.getValue());
  }
}
