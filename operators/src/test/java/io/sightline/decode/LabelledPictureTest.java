// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.awt.Font;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.opencv.core.Core;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;

class LabelledPictureTest {

  private static final DecodeSettings SETTINGS = DecodeSettings.upTo(1_000_000);
  private static final String CHINESE = "图像分类";

  @Test
  void theBoxIsRedTheLettersWhiteAndTheRestTheImage() throws RejectedException {
    Mat picture = draw(TestImages.solid(".png", 600, 400, 0, 0, 255), "cat");

    assertThat(picture.cols()).isEqualTo(600);
    assertThat(picture.rows()).isEqualTo(400);
    assertThat(picture.get(4, 4)).containsExactly(0, 0, 255); // blue, green, red
    assertThat(picture.get(0, 0)).containsExactly(255, 0, 0);
    assertThat(picture.get(200, 300)).containsExactly(255, 0, 0);
    assertThat(pixels(picture, new Scalar(255, 255, 255))).isPositive();
  }

  @Test
  void aLongLabelIsDrawnSmallerUntilItFits() throws RejectedException {
    Mat one = draw(TestImages.solid(".png", 600, 400, 0, 0, 255), "cat");
    Mat many = draw(TestImages.solid(".png", 600, 400, 0, 0, 255), "cat ".repeat(24));

    assertThat(boxHeight(many)).isLessThan(boxHeight(one));
    assertThat(many.get(4, 599)).as("it ends before the image").containsExactly(255, 0, 0);
  }

  @Test
  void aLabelThatIsTooLongLosesItsMiddleAndKeepsItsScore() throws RejectedException {
    byte[] image = TestImages.solid(".png", 600, 400, 0, 0, 255);
    Mat score = draw(image, "cat ".repeat(100) + "0.98");
    Mat other = draw(image, "cat ".repeat(100) + "0.12");

    assertThat(TestImages.difference(score, other)).as("the score is to be seen").isPositive();
    assertThat(score.get(4, 599)).as("it ends before the image").containsExactly(255, 0, 0);
    assertThat(draw(image, "cat".repeat(200)).cols()).as("one word").isEqualTo(600);
  }

  @Test
  void inALowImageTheLettersAreAsLowAsTheImage() throws RejectedException {
    Mat picture = draw(TestImages.solid(".png", 2000, 40, 0, 0, 255), "cat");

    assertThat(boxHeight(picture)).isBetween(25, 40);
    assertThat(pixels(picture, new Scalar(255, 255, 255))).isPositive();
  }

  @Test
  void aSmallImageIsEnlargedByAWholeFactor() throws RejectedException {
    Mat picture = draw(TestImages.solid(".png", 32, 32, 0, 0, 255), "cat");

    assertThat(picture.cols()).isEqualTo(256);
    assertThat(picture.rows()).isEqualTo(256);
  }

  @Test
  void aLineOnePixelWideStaysSmall() throws RejectedException {
    Mat picture = draw(TestImages.solid(".png", 1, 5000, 0, 0, 255), "cat");

    assertThat(picture.total()).isLessThanOrEqualTo(1 << 20);
  }

  @Test
  void chineseHasLettersOfItsOwn() throws RejectedException {
    assertThat(LabelFont.get().canDisplayUpTo("Aäß " + CHINESE)).isEqualTo(-1);
    assertThat(LabelFont.get().getStyle()).isEqualTo(Font.PLAIN);

    byte[] image = TestImages.solid(".png", 600, 400, 0, 0, 255);
    Mat two = draw(image, CHINESE);
    Mat other = draw(image, "分类图像");
    assertThat(TestImages.difference(two, other)).isPositive();
  }

  @Test
  void theEndingOfTheNameIsTheFormat() throws RejectedException {
    byte[] image = TestImages.solid(".png", 300, 300, 0, 0, 255);

    assertThat(LabelledPicture.draw(image, "cat", "a.JPG", SETTINGS)).startsWith(0xFF, 0xD8);
    assertThat(LabelledPicture.draw(image, "cat", "a.webp", SETTINGS)).startsWith('R', 'I');
    assertThat(LabelledPicture.draw(image, "cat", "a.bmp", SETTINGS)).startsWith('B', 'M');
    assertThat(LabelledPicture.draw(image, "cat", "a.tiff", SETTINGS)).startsWith('I', 'I');
    assertThat(LabelledPicture.canWrite("a.gif")).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelledPicture.draw(image, "cat", "a", SETTINGS));
  }

  @Test
  void anImageThatIsTooLargeOrBrokenIsRejected() {
    byte[] image = TestImages.solid(".png", 300, 300, 0, 0, 255);

    assertThatThrownBy(
            () -> LabelledPicture.draw(image, "cat", "a.png", DecodeSettings.upTo(89_999)))
        .isInstanceOf(RejectedException.class);
    assertThatThrownBy(() -> ImageIntegrity.check(image, DecodeSettings.upTo(89_999)))
        .isInstanceOf(RejectedException.class);
    assertThatThrownBy(() -> ImageIntegrity.check(Arrays.copyOf(image, image.length / 2), SETTINGS))
        .isInstanceOf(RejectedException.class);
  }

  private static Mat draw(byte[] image, String label) throws RejectedException {
    return TestImages.decode(LabelledPicture.draw(image, label, "a.png", SETTINGS));
  }

  private static int boxHeight(Mat picture) {
    int y = 4;
    while (y < picture.rows() && picture.get(y, 4)[2] == 255) {
      y++;
    }
    return y;
  }

  private static int pixels(Mat picture, Scalar colour) {
    Mat same = new Mat();
    Core.inRange(picture, colour, colour, same);
    return Core.countNonZero(same);
  }
}
