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
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.opencv.core.Mat;

/** The {@code decode.*} options on images as they come. */
class DecodeSettingsTest {

  private static final int SIDE = 8;
  private static final DecodeSettings DEFAULTS = DecodeSettings.upTo(1_000_000);

  private final ByteBuffer row = ImageDecoderTest.row(3 * SIDE * SIDE * Float.BYTES);

  @Test
  void withoutExifOrientationTheImageStaysAsItIsStored() throws RejectedException {
    byte[] jpeg = TestImages.noise(".jpg", 40, 30, 3);
    byte[] turned = TestImages.withOrientation(jpeg, 6);
    DecodeSettings settings = new DecodeSettings(1_000_000, SmallImages.REJECT, false);
    Preprocessing preprocessing = cropped(Resize.toShortSide(SIDE, Interpolation.LINEAR));
    try (ImageDecoder untouched =
        new ImageDecoder(preprocessing, RowFormat.PLANAR_FLOAT32, settings)) {
      untouched.decode(turned, 0, turned.length);
      untouched.writeTo(row);
      assertThat(untouched.width()).isEqualTo(40);
      assertThat(untouched.height()).isEqualTo(30);
      ImageDecoderTest.assertRowIs(row, ReferenceChain.run(jpeg, preprocessing));
    }
  }

  /** The crop fits the image as it is turned, not as it is stored. */
  @Test
  void smallImagesAreJudgedAsTheyAreTurned() throws RejectedException {
    Preprocessing tall =
        new Preprocessing(
            null, Crop.of(20, 30), Channels.RGB, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    byte[] lying = TestImages.noise(".jpg", 30, 20, 3);
    byte[] turned = TestImages.withOrientation(lying, 6);
    try (ImageDecoder decoder = new ImageDecoder(tall, RowFormat.PLANAR_FLOAT32, DEFAULTS)) {
      decoder.decode(turned, 0, turned.length);
      assertThat(decoder.height()).isEqualTo(30);
      assertThatThrownBy(() -> decoder.decode(lying, 0, lying.length))
          .isInstanceOfSatisfying(
              RejectedException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.IMAGE_TOO_SMALL));
      assertThatThrownBy(decoder::width).isInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void aSmallImageIsEnlargedByTheSameInterpolationUntilTheCropFits() throws RejectedException {
    DecodeSettings upscale = new DecodeSettings(1_000_000, SmallImages.UPSCALE, true);
    byte[] png = TestImages.noise(".png", 40, 30, 3);
    for (Interpolation interpolation : List.of(Interpolation.CUBIC, Interpolation.PIL_BICUBIC)) {
      Preprocessing small = cropped(Resize.toShortSide(6, interpolation));
      Preprocessing large = cropped(Resize.toShortSide(SIDE, interpolation));
      try (ImageDecoder enlarging = new ImageDecoder(small, RowFormat.PLANAR_FLOAT32, upscale);
          ImageDecoder plain = new ImageDecoder(large, RowFormat.PLANAR_FLOAT32, DEFAULTS)) {
        plain.decode(png, 0, png.length);
        plain.writeTo(row);
        float[] expected = new float[3 * SIDE * SIDE];
        row.asFloatBuffer().get(0, expected);
        enlarging.decode(png, 0, png.length);
        enlarging.writeTo(row);
        ImageDecoderTest.assertRowIs(row, expected);
      }
    }
  }

  @Test
  void withoutAResizeTheCentreIsCroppedAsItIs() throws RejectedException {
    byte[] png = TestImages.noise(".png", 40, 30, 3);
    Mat image = TestImages.decode(png);
    try (ImageDecoder decoder =
        new ImageDecoder(cropped(null), RowFormat.PLANAR_FLOAT32, DEFAULTS)) {
      decoder.decode(png, 0, png.length);
      decoder.writeTo(row);
      for (int plane = 0; plane < 3; plane++) {
        assertThat(row.getFloat(((plane * SIDE + 2) * SIDE + 3) * Float.BYTES))
            .isEqualTo((float) image.get(13, 19)[2 - plane]);
      }
    }
  }

  private static Preprocessing cropped(@Nullable Resize resize) {
    return new Preprocessing(
        resize,
        Crop.of(SIDE, SIDE),
        Channels.RGB,
        1,
        List.of(0.0, 0.0, 0.0),
        List.of(1.0, 1.0, 1.0));
  }
}
