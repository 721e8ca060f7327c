// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.DecodeSettings;
import io.sightline.config.DecodeSettings.SmallImages;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.util.Arrays;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.opencv.core.Mat;

class ThumbnailsTest {

  private static final DecodeSettings SETTINGS = DecodeSettings.upTo(1 << 20);

  private static Mat thumbnail(byte[] image) throws RejectedException {
    byte[] jpeg = Thumbnails.jpeg(image, 64, SETTINGS);
    assertThat(ImageProbe.probe(jpeg, 0, jpeg.length).format()).isEqualTo(ImageFormat.JPEG);
    return TestImages.decode(jpeg);
  }

  @Test
  void theLongerSideHasTheWantedSizeAndTheShorterFollows() throws Exception {
    for (String format : new String[] {".jpg", ".png", ".webp"}) {
      Mat wide = thumbnail(TestImages.solid(format, 640, 320, 200, 100, 50));
      assertThat(wide.cols()).isEqualTo(64);
      assertThat(wide.rows()).isEqualTo(32);
      assertThat(wide.get(16, 32)[2]).isBetween(196.0, 204.0);
      assertThat(wide.get(16, 32)[0]).isBetween(46.0, 54.0);
    }
    Mat line = thumbnail(TestImages.solid(".png", 1, 1000, 0, 0, 0));
    assertThat(line.cols()).isEqualTo(1);
    assertThat(line.rows()).isEqualTo(64);
  }

  @Test
  void aSmallImageKeepsItsSize() throws Exception {
    Mat small = thumbnail(TestImages.solid(".png", 32, 20, 1, 2, 3));
    assertThat(small.cols()).isEqualTo(32);
    assertThat(small.rows()).isEqualTo(20);
  }

  @Test
  void itsOrientationIsAppliedIfThatIsWantedAndItsMetadataLeftOut() throws Exception {
    byte[] upright = TestImages.solid(".jpg", 200, 100, 9, 9, 9);
    byte[] turned = TestImages.withOrientation(upright, 6);
    Mat thumbnail = thumbnail(turned);
    assertThat(thumbnail.cols()).isEqualTo(32);
    assertThat(thumbnail.rows()).isEqualTo(64);
    assertThat(new String(Thumbnails.jpeg(turned, 64, SETTINGS), ISO_8859_1))
        .doesNotContain("Exif");
    DecodeSettings asStored = new DecodeSettings(1 << 20, SmallImages.REJECT, false);
    Mat untouched = TestImages.decode(Thumbnails.jpeg(turned, 64, asStored));
    assertThat(untouched.cols()).isEqualTo(64);
    assertThat(untouched.rows()).isEqualTo(32);
  }

  @Test
  void theSameImageGivesTheSameBytes() throws Exception {
    byte[] image = TestImages.noise(".png", 300, 200, 1);
    assertThat(Thumbnails.jpeg(image, 64, SETTINGS))
        .isEqualTo(Thumbnails.jpeg(image, 64, SETTINGS));
  }

  @Test
  void whatCannotBeDecodedIsRejected() {
    byte[] image = TestImages.noise(".png", 300, 200, 1);
    rejected(Arrays.copyOf(image, image.length / 2), Reason.CORRUPT_IMAGE);
    rejected(Arrays.copyOf(TestImages.noise(".jpg", 300, 200, 1), 20), Reason.MALFORMED_HEADER);
    rejected(new byte[0], Reason.UNSUPPORTED_FORMAT);
    rejected(TestImages.solid(".png", 1025, 1024, 0, 0, 0), Reason.TOO_MANY_PIXELS);
  }

  private static void rejected(byte[] image, Reason reason) {
    assertThatThrownBy(() -> Thumbnails.jpeg(image, 64, SETTINGS))
        .asInstanceOf(InstanceOfAssertFactories.type(RejectedException.class))
        .extracting(RejectedException::reason)
        .isEqualTo(reason);
  }
}
