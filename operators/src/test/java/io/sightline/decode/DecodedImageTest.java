// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.List;
import org.junit.jupiter.api.Test;

class DecodedImageTest {

  private static final byte[] IMAGE = TestImages.noise(".jpg", 60, 40, 7);

  @Test
  void aSecondDecoderWritesWhatItWouldHaveDecoded() throws RejectedException {
    try (ImageDecoder first = decoder(8, 10_000);
        ImageDecoder second = decoder(16, 10_000);
        ImageDecoder alone = decoder(16, 10_000)) {
      alone.decode(IMAGE, 0, IMAGE.length);
      ByteBuffer expected = row(alone);
      try (DecodedImage image = decoded()) {
        first.use(image);
        second.use(image);
        assertThat(row(second)).isEqualTo(expected);
        assertThat(image.bytes()).isEqualTo(60 * 40 * 3);
      }
      assertThat(row(second)).as("the image lives while a decoder uses it").isEqualTo(expected);
      first.close();
      assertThatThrownBy(first::width).hasMessageContaining("no image");
    }
  }

  @Test
  void aDecoderRefusesAnImageThatItWouldMakeTooLarge() throws RejectedException {
    try (ImageDecoder decoder = decoder(200, 10_000);
        DecodedImage image = decoded()) {
      assertThatThrownBy(() -> decoder.use(image))
          .isInstanceOfSatisfying(
              RejectedException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.TOO_MANY_PIXELS));
    }
  }

  private static DecodedImage decoded() throws RejectedException {
    return DecodedImage.of(IMAGE, DecodeSettings.upTo(10_000));
  }

  private static ImageDecoder decoder(int side, long maxPixels) {
    Preprocessing preprocessing =
        new Preprocessing(
            Resize.toShortSide(side, Interpolation.LINEAR),
            Crop.of(side, side),
            Channels.RGB,
            1,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));
    return new ImageDecoder(
        preprocessing, RowFormat.PLANAR_FLOAT32, DecodeSettings.upTo(maxPixels));
  }

  private static ByteBuffer row(ImageDecoder decoder) throws RejectedException {
    ByteBuffer row = ByteBuffer.allocateDirect(decoder.rowBytes()).order(ByteOrder.nativeOrder());
    decoder.writeTo(row);
    return row;
  }
}
