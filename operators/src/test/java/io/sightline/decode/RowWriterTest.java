// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.decode.RowFormat.Layout;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.opencv.core.Core;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

class RowWriterTest {

  private static final int WIDTH = 37;
  private static final int HEIGHT = 21;
  private static final int PIXELS = WIDTH * HEIGHT;
  private static final byte[] IMAGE = TestImages.noise(".png", 60, 40, 3);
  private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> STD = List.of(0.229, 0.224, 0.225);

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void interleavedChannelsAreThePlanesTransposed(ElementType type) throws RejectedException {
    for (Channels channels : Channels.values()) {
      Preprocessing preprocessing =
          type == ElementType.UINT8 ? pixels(channels) : normalised(channels);
      ByteBuffer planar = row(preprocessing, Layout.NCHW, type);
      ByteBuffer interleaved = row(preprocessing, Layout.NHWC, type);
      int count = channels.count();
      assertThat(interleaved.capacity()).isEqualTo(count * PIXELS * type.bytes());
      for (int i = 0; i < PIXELS; i++) {
        for (int channel = 0; channel < count; channel++) {
          assertThat(bits(interleaved, type, i * count + channel))
              .as("%s, pixel %d, channel %d", channels, i, channel)
              .isEqualTo(bits(planar, type, channel * PIXELS + i));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void blueGreenRedIsTheReversedOrderWithMeanAndStdInThatOrder(Layout layout)
      throws RejectedException {
    ByteBuffer rgb = row(normalised(Channels.RGB), layout, ElementType.FLOAT32);
    Preprocessing reversed =
        new Preprocessing(
            null, Crop.of(WIDTH, HEIGHT), Channels.BGR, 1 / 255.0, reversed(MEAN), reversed(STD));
    ByteBuffer bgr = row(reversed, layout, ElementType.FLOAT32);
    boolean planar = layout == Layout.NCHW;
    for (int i = 0; i < PIXELS; i++) {
      for (int channel = 0; channel < 3; channel++) {
        int inBgr = planar ? channel * PIXELS + i : 3 * i + channel;
        int inRgb = planar ? (2 - channel) * PIXELS + i : 3 * i + 2 - channel;
        assertThat(bits(bgr, ElementType.FLOAT32, inBgr))
            .isEqualTo(bits(rgb, ElementType.FLOAT32, inRgb));
      }
    }
  }

  /** Everyday values; values below the smallest normal one; values beyond the largest. */
  @ParameterizedTest
  @CsvSource({"0.00392156862745098", "1.7e-7", "1e-10", "331.7"})
  void float16IsTheFloat32ValueRoundedHalfToEven(double scale) throws RejectedException {
    Preprocessing preprocessing =
        new Preprocessing(
            null,
            Crop.of(WIDTH, HEIGHT),
            Channels.RGB,
            scale,
            List.of(0.485 * scale, 0.0, 128 * scale),
            List.of(0.229, 1.0, 1.0));
    for (Layout layout : Layout.values()) {
      ByteBuffer singles = row(preprocessing, layout, ElementType.FLOAT32);
      ByteBuffer halves = row(preprocessing, layout, ElementType.FLOAT16);
      for (int i = 0; i < 3 * PIXELS; i++) {
        float single = singles.getFloat(i * Float.BYTES);
        short half = halves.getShort(i * Short.BYTES);
        assertThat(half).as("%s in float16", single).isEqualTo(halfOf(single));
      }
    }
  }

  @Test
  void rowsOfBytesHoldThePixelsThemselves() throws RejectedException {
    ByteBuffer bytes = row(pixels(Channels.RGB), Layout.NHWC, ElementType.UINT8);
    ByteBuffer floats = row(pixels(Channels.RGB), Layout.NHWC, ElementType.FLOAT32);
    for (int i = 0; i < 3 * PIXELS; i++) {
      assertThat((float) (bytes.get(i) & 0xFF)).isEqualTo(floats.getFloat(i * Float.BYTES));
    }
  }

  @Test
  void rowsOfBytesCanNotBeNormalised() {
    for (Layout layout : Layout.values()) {
      RowFormat format = new RowFormat(layout, ElementType.UINT8);
      assertThatThrownBy(() -> decoder(normalised(Channels.RGB), format))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("scale 1, mean 0 and std 1")
          .hasMessageContaining("0.229");
    }
  }

  @Test
  void greyIsMadeByOpenCvBeforeItsResize() throws RejectedException {
    Preprocessing grey =
        new Preprocessing(
            Resize.toSize(WIDTH, HEIGHT, Interpolation.LINEAR),
            Crop.of(WIDTH, HEIGHT),
            Channels.GRAY,
            1,
            List.of(0.0),
            List.of(1.0));
    Mat expected = new Mat();
    Imgproc.cvtColor(TestImages.decode(IMAGE), expected, Imgproc.COLOR_BGR2GRAY);
    Imgproc.resize(expected, expected, new Size(WIDTH, HEIGHT));
    assertPixels(row(grey, Layout.NCHW, ElementType.UINT8), expected);
  }

  @Test
  void greyIsMadeByPillowsWeightsWhereItsResizeIs() throws RejectedException {
    Preprocessing grey =
        new Preprocessing(
            Resize.toSize(60, 40, Interpolation.PIL_LANCZOS), // its size already
            Crop.of(60, 40),
            Channels.GRAY,
            1,
            List.of(0.0),
            List.of(1.0));
    Mat expected = new Mat();
    Mat image = TestImages.decode(IMAGE);
    Core.extractChannel(image, expected, 0);
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 60; x++) {
        double[] bgr = image.get(y, x);
        int weighted = 19595 * (int) bgr[2] + 38470 * (int) bgr[1] + 7471 * (int) bgr[0];
        expected.put(y, x, (weighted + 32768) >> 16);
      }
    }
    assertPixels(row(grey, Layout.NHWC, ElementType.UINT8), expected);
  }

  private static void assertPixels(ByteBuffer row, Mat expected) {
    byte[] pixels = new byte[(int) expected.total()];
    expected.get(0, 0, pixels);
    assertThat(row).isEqualTo(ByteBuffer.wrap(pixels));
  }

  private static Preprocessing normalised(Channels channels) {
    return preprocessing(channels, 1 / 255.0, MEAN, STD);
  }

  private static Preprocessing pixels(Channels channels) {
    return preprocessing(channels, 1, Collections.nCopies(3, 0.0), Collections.nCopies(3, 1.0));
  }

  private static Preprocessing preprocessing(
      Channels channels, double scale, List<Double> mean, List<Double> std) {
    int count = channels.count();
    return new Preprocessing(
        null,
        Crop.of(WIDTH, HEIGHT),
        channels,
        scale,
        mean.subList(0, count),
        std.subList(0, count));
  }

  private static List<Double> reversed(List<Double> values) {
    return List.of(values.get(2), values.get(1), values.get(0));
  }

  private static ByteBuffer row(Preprocessing preprocessing, Layout layout, ElementType type)
      throws RejectedException {
    try (ImageDecoder decoder = decoder(preprocessing, new RowFormat(layout, type))) {
      ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());
      decoder.decode(IMAGE, 0, IMAGE.length);
      decoder.writeTo(row);
      return row;
    }
  }

  private static ImageDecoder decoder(Preprocessing preprocessing, RowFormat format) {
    return new ImageDecoder(preprocessing, format, DecodeSettings.upTo(1_000_000));
  }

  private static int bits(ByteBuffer row, ElementType type, int index) {
    return switch (type) {
      case FLOAT32 -> row.getInt(index * Float.BYTES);
      case FLOAT16 -> row.getShort(index * Short.BYTES);
      case UINT8 -> row.get(index);
    };
  }

  /** The nearest of all halves; of two, the one whose last bit is 0. */
  private static short halfOf(float value) {
    int sign = value < 0 || 1 / value < 0 ? 0x8000 : 0;
    double magnitude = Math.abs((double) value);
    int low = 0;
    int high = 0x7C00; // infinity, which stands for 65536 where the last bits are rounded
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (magnitudeOf(middle) <= magnitude) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double middle = (magnitudeOf(low) + magnitudeOf(high)) / 2;
    boolean up = magnitude > middle || (magnitude == middle && low % 2 == 1);
    return (short) (sign | (up ? high : low));
  }

  private static double magnitudeOf(int half) {
    int exponent = half >> 10;
    int fraction = half & 0x3FF;
    return exponent == 0
        ? Math.scalb((double) fraction, -24)
        : Math.scalb(1 + fraction / 1024.0, exponent - 15);
  }
}
