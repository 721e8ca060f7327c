// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestGifs;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;
import org.opencv.imgcodecs.Imgcodecs;

/** Small files of every format, cut off at every byte and changed in every byte. */
class BrokenFilesTest {

  private static final DecodeSettings SETTINGS = DecodeSettings.upTo(10_000);

  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          Resize.toShortSide(8, Interpolation.LINEAR),
          Crop.of(8, 4),
          Channels.RGB,
          1,
          List.of(0.0, 0.0, 0.0),
          List.of(1.0, 1.0, 1.0));

  /** Counts, lengths and markers that make a difference somewhere. */
  private static final int[] VALUES = {0, 1, 7, 0x2C, 0x80, 0xDA, 0xFF};

  private final ImageDecoder decoder =
      new ImageDecoder(PREPROCESSING, RowFormat.PLANAR_FLOAT32, SETTINGS);
  private final ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());

  @AfterEach
  void close() {
    decoder.close();
  }

  static Stream<Named<byte[]>> files() {
    ImageDecoder.loadNatives();
    Mat pixels = new Mat(8, 9, CvType.CV_8UC3, new Scalar(30, 60, 90));
    byte[] jpeg = TestImages.encode(".jpg", pixels);
    return Stream.of(
        Named.of("JPEG", jpeg),
        Named.of("JPEG with EXIF", TestImages.withOrientation(jpeg, 1)),
        Named.of(
            "progressive JPEG",
            TestImages.encode(".jpg", pixels, Imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1)),
        Named.of("PNG", TestImages.encode(".png", pixels)),
        Named.of("WebP", TestImages.encode(".webp", pixels, Imgcodecs.IMWRITE_WEBP_QUALITY, 80)),
        Named.of(
            "lossless WebP",
            TestImages.encode(".webp", pixels, Imgcodecs.IMWRITE_WEBP_QUALITY, 101)),
        Named.of("BMP", TestImages.encode(".bmp", pixels)),
        Named.of("TIFF", TestImages.tiff(pixels, pixels)),
        Named.of("BigTIFF", bigTiff()),
        Named.of(
            "GIF",
            TestGifs.gif(
                TestGifs.Frame.of(0, 0, 9, 8, -1),
                TestGifs.Frame.of(1, 2, 3, 4, TestGifs.RED).disposed("restoreToPrevious"),
                TestGifs.Frame.of(0, 0, 9, 8, -1).interlacing())));
  }

  @ParameterizedTest
  @MethodSource("files")
  @Timeout(60)
  void aFileThatIsCutOffAtAnyByteIsDecodedOrRejected(byte[] file) {
    assertThat(isSound(file, "the whole file")).isTrue();
    int sound = 0;
    for (int length = 0; length < file.length; length++) {
      sound += isSound(Arrays.copyOf(file, length), "cut to " + length) ? 1 : 0;
    }
    assertThat(sound).isLessThan(file.length / 2);
  }

  @ParameterizedTest
  @MethodSource("files")
  @Timeout(60)
  void aFileOfWhichAnyByteIsAnotherIsDecodedOrRejected(byte[] file) {
    int broken = 0;
    for (int at = 0; at < file.length; at++) {
      for (int value : VALUES) {
        byte[] changed = file.clone();
        changed[at] = (byte) value;
        broken += isSound(changed, "%02x at %d".formatted(value, at)) ? 0 : 1;
      }
    }
    assertThat(broken).isPositive();
  }

  /** The frame header is as short as its length; beside it, a comment as long as its buffer. */
  @ParameterizedTest
  @ValueSource(ints = {11, 4096})
  void aJpegWhoseFrameHeaderHasNoRoomForItsPartsIsRejected(int length) {
    ByteBuffer jpeg = ByteBuffer.allocate(length).putShort((short) 0xFFD8);
    if (length > 11) {
      jpeg.putShort((short) 0xFFFE).putShort((short) (length - 13)).position(length - 9);
    }
    jpeg.put(HexFormat.of().parseHex("FFC00002FFDA000001"));
    byte[] bytes = jpeg.array();
    for (RejectedException rejected :
        List.of(
            rejected(() -> decoder.decode(bytes, 0, length)),
            rejected(() -> ImageIntegrity.check(bytes, SETTINGS)))) {
      assertThat(rejected.reason()).isEqualTo(Reason.MALFORMED_HEADER);
      assertThat(rejected.detail()).contains("frame header of length 2");
    }
  }

  @Test
  void whatLiesBehindAFileInItsArrayIsNotRead() {
    HeaderReader in = new HeaderReader(new byte[10], 2, 5);
    assertThat(in.u8(4)).isZero();
    assertThatThrownBy(() -> in.u8(5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> in.u16(4)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Whether a file is decoded, and not rejected; there is no other way for it to end. */
  private boolean isSound(byte[] file, String what) {
    byte[] pooled = new byte[file.length + 40];
    Arrays.fill(pooled, (byte) 3);
    System.arraycopy(file, 0, pooled, 20, file.length);
    boolean sound = true;
    try {
      decoder.decode(pooled, 20, file.length);
      decoder.writeTo(row);
    } catch (RejectedException e) {
      sound = false;
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
    try (ImageFrames frames = ImageFrames.open(file, SETTINGS)) {
      for (int frame = 0; frame < Math.min(3, frames.count()); frame++) {
        frames.decode(frame).close();
      }
    } catch (RejectedException e) {
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
    return sound;
  }

  private static RejectedException rejected(ThrowingCallable decoding) {
    RejectedException rejected = catchThrowableOfType(RejectedException.class, decoding);
    assertThat(rejected).isNotNull();
    return rejected;
  }

  /** Three grey pixels behind a header of 16 bytes, and then the directory. */
  private static byte[] bigTiff() {
    int[][] tags = {
      {256, 3}, {257, 1}, {258, 8}, {259, 1}, {262, 1}, {273, 16}, {277, 1}, {278, 1}, {279, 3}
    };
    ByteBuffer tiff =
        ByteBuffer.allocate(24 + 8 + 20 * tags.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put(new byte[] {'I', 'I', 43, 0, 8, 0, 0, 0}).putLong(24).put(new byte[] {1, 2, 3});
    tiff.position(24).putLong(tags.length);
    for (int[] tag : tags) {
      tiff.putShort((short) tag[0]).putShort((short) 4).putLong(1).putLong(tag[1]);
    }
    return tiff.array();
  }
}
