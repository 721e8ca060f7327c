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
import org.junit.jupiter.params.provider.EnumSource;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

class ModelViewTest {

  private static final DecodeSettings SETTINGS = DecodeSettings.upTo(1_000_000);
  private static final int SIDE = 40;

  @ParameterizedTest
  @EnumSource(Interpolation.class)
  void thePngHasThePixelsOfTheRowBitByBit(Interpolation interpolation) throws RejectedException {
    for (Channels channels : Channels.values()) {
      byte[] image = TestImages.withOrientation(TestImages.noise(".jpg", 150, 90, 3), 6);

      assertThat(pixelsOfPng(image, preprocessing(channels, interpolation)))
          .as("%s", channels)
          .isEqualTo(row(image, preprocessing(channels, interpolation)));
    }
  }

  @Test
  void anImageThatTheModelDoesNotTakeIsRejected() {
    byte[] image = TestImages.noise(".png", 50, 30, 3);
    Preprocessing cropOnly =
        new Preprocessing(null, Crop.of(SIDE, SIDE), Channels.GRAY, 1, values(0, 1), values(1, 1));

    assertThatThrownBy(() -> pixelsOfPng(image, cropOnly))
        .isInstanceOf(RejectedException.class)
        .hasMessageContaining("smaller than the crop");
  }

  private static byte[] pixelsOfPng(byte[] encoded, Preprocessing preprocessing)
      throws RejectedException {
    try (DecodedImage image = DecodedImage.of(encoded, SETTINGS)) {
      byte[] png = ModelView.png(image, preprocessing, SETTINGS);
      Mat pixels = Imgcodecs.imdecode(new MatOfByte(png), Imgcodecs.IMREAD_UNCHANGED);
      assertThat(pixels.channels()).isEqualTo(preprocessing.channels().count());
      if (preprocessing.channels() == Channels.RGB) {
        Imgproc.cvtColor(pixels, pixels, Imgproc.COLOR_BGR2RGB);
      }
      byte[] bytes = new byte[preprocessing.values()];
      pixels.get(0, 0, bytes);
      return bytes;
    }
  }

  private static byte[] row(byte[] encoded, Preprocessing preprocessing) throws RejectedException {
    RowFormat format = new RowFormat(Layout.NHWC, ElementType.UINT8);
    try (ImageDecoder decoder = new ImageDecoder(preprocessing, format, SETTINGS)) {
      decoder.decode(encoded, 0, encoded.length);
      ByteBuffer row = ByteBuffer.allocateDirect(decoder.rowBytes());
      decoder.writeTo(row);
      byte[] bytes = new byte[row.capacity()];
      row.get(bytes);
      return bytes;
    }
  }

  private static Preprocessing preprocessing(Channels channels, Interpolation interpolation) {
    return new Preprocessing(
        Resize.toShortSide(SIDE + 5, interpolation),
        Crop.of(SIDE, SIDE),
        channels,
        1,
        values(0, channels.count()),
        values(1, channels.count()));
  }

  private static List<Double> values(double value, int count) {
    return Collections.nCopies(count, value);
  }
}
