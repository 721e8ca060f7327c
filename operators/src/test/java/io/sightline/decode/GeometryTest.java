// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.DecodeSettings;
import io.sightline.config.DecodeSettings.SmallImages;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Origin;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.Preprocessing.Rounding;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeometryTest {

  private static final long MAX_PIXELS = 1_000_000;

  /** Ties: 5, 7 and 9 halves. */
  @ParameterizedTest
  @CsvSource({"2,5,2,2", "2,7,4,3", "2,9,4,4", "3,5,2,1", "3,4,1,1", "4,2,2,2"})
  void theLongerSideIsRoundedHalfToEvenOrTruncated(
      int width, int height, int halfEven, int truncated) throws RejectedException {
    Crop crop = Crop.of(1, 1);
    int longer =
        Math.max(
            place(shortSide(1, Rounding.HALF_EVEN), crop, width, height).width(),
            place(shortSide(1, Rounding.HALF_EVEN), crop, width, height).height());
    Placement cut = place(shortSide(1, Rounding.TRUNCATE), crop, width, height);
    assertThat(longer).isEqualTo(halfEven);
    assertThat(Math.max(cut.width(), cut.height())).isEqualTo(truncated);
    assertThat(Math.min(cut.width(), cut.height())).isEqualTo(1);
  }

  /** In double, 1 / 49 * 49 is less than 1. */
  @Test
  void truncationFollowsAnExactDivision() throws RejectedException {
    for (int shorter = 1; shorter < 200; shorter++) {
      Placement placement =
          place(shortSide(1, Rounding.TRUNCATE), Crop.of(1, 1), shorter, 7 * shorter);
      assertThat(placement.width()).isEqualTo(1);
      assertThat(placement.height()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0,0", "1,0,0", "2,1,1", "3,1,2", "5,2,2", "7,3,4", "9,4,4"})
  void theCropStartsAtHalfTheDifferenceRoundedDownOrHalfToEven(
      int difference, int floor, int halfEven) throws RejectedException {
    for (Origin origin : Origin.values()) {
      Placement placement = place(null, new Crop(10, 20, origin), 10 + difference, 20 + difference);
      int expected = origin == Origin.FLOOR ? floor : halfEven;
      assertThat(placement.left()).isEqualTo(expected);
      assertThat(placement.top()).isEqualTo(expected);
    }
  }

  @Test
  void bothSidesToASizeForgetTheirRatio() throws RejectedException {
    Resize resize = Resize.toSize(30, 40, Interpolation.LINEAR);
    assertThat(place(resize, Crop.of(20, 20), 77, 77)).isEqualTo(new Placement(30, 40, 5, 10));
  }

  @ParameterizedTest
  @CsvSource({"19,30", "30,19", "1,1", "20,19"})
  void anImageSmallerThanTheCropIsRejected(int width, int height) {
    assertThatThrownBy(() -> place(null, Crop.of(20, 20), width, height))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.IMAGE_TOO_SMALL);
              assertThat(e.getMessage())
                  .contains(width + " x " + height + " pixels is smaller")
                  .contains("crop of 20 x 20")
                  .contains("decode.small-images: upscale");
            });
  }

  @Test
  void anImageThatIsSmallerOnceResizedIsRejectedWithBothSizes() {
    assertThatThrownBy(() -> place(shortSide(18, Rounding.HALF_EVEN), Crop.of(20, 20), 500, 400))
        .hasMessageContaining("500 x 400 pixels, resized to 22 x 18, is smaller");
  }

  @Test
  void aSmallImageIsEnlargedUntilTheCropFitsKeepingItsRatio() throws RejectedException {
    assertThat(upscale(null, Crop.of(224, 224), 100, 50))
        .isEqualTo(new Placement(448, 224, 112, 0));
    assertThat(upscale(null, Crop.of(224, 224), 224, 223)).isEqualTo(new Placement(225, 224, 0, 0));
    assertThat(upscale(shortSide(200, Rounding.HALF_EVEN), Crop.of(224, 224), 500, 375))
        .isEqualTo(new Placement(299, 224, 37, 0));
    assertThat(upscale(Resize.toSize(200, 100, Interpolation.AREA), Crop.of(224, 50), 7, 7))
        .isEqualTo(new Placement(224, 112, 0, 31));
    assertThat(upscale(null, Crop.of(20, 20), 30, 20)).isEqualTo(new Placement(30, 20, 5, 0));
  }

  @Test
  void anyEnlargedImageHoldsItsCrop() throws RejectedException {
    for (Rounding rounding : Rounding.values()) {
      for (int i = 1; i < 47; i++) {
        Placement placement = upscale(shortSide(i, rounding), Crop.of(61, 47), 3 * i + 1, 97 - i);
        assertThat(placement.width()).isGreaterThanOrEqualTo(61 + placement.left());
        assertThat(placement.height()).isGreaterThanOrEqualTo(47 + placement.top());
        assertThat(placement.width() == 61 || placement.height() == 47).isTrue();
      }
    }
  }

  @Test
  void whatWouldGrowBeyondMaxPixelsIsRejected() {
    assertThatThrownBy(() -> upscale(null, Crop.of(100, 100), 60_000, 1))
        .isInstanceOfSatisfying(
            RejectedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_MANY_PIXELS));
    assertThatThrownBy(
            () -> place(shortSide(1 << 20, Rounding.TRUNCATE), Crop.of(9, 9), 1, 1 << 20))
        .hasMessageContaining("exceed decode.max-pixels (1000000)");
  }

  private static Resize shortSide(int side, Rounding rounding) {
    return new Resize(side, 0, 0, rounding, Interpolation.LINEAR);
  }

  private static Placement place(@Nullable Resize resize, Crop crop, int width, int height)
      throws RejectedException {
    return geometry(resize, crop, SmallImages.REJECT).place(width, height);
  }

  private static Placement upscale(@Nullable Resize resize, Crop crop, int width, int height)
      throws RejectedException {
    return geometry(resize, crop, SmallImages.UPSCALE).place(width, height);
  }

  private static Geometry geometry(@Nullable Resize resize, Crop crop, SmallImages smallImages) {
    Preprocessing preprocessing =
        new Preprocessing(resize, crop, Channels.GRAY, 1, List.of(0.0), List.of(1.0));
    return new Geometry(preprocessing, new DecodeSettings(MAX_PIXELS, smallImages, true));
  }
}
