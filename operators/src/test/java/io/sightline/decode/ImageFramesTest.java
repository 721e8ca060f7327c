// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static io.sightline.testing.TestGifs.BLUE;
import static io.sightline.testing.TestGifs.GREEN;
import static io.sightline.testing.TestGifs.RED;
import static io.sightline.testing.TestGifs.TRANSPARENT;
import static io.sightline.testing.TestGifs.WHITE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestGifs;
import io.sightline.testing.TestGifs.Frame;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.imgcodecs.Imgcodecs;

class ImageFramesTest {

  static {
    ImageDecoder.loadNatives();
  }

  private static final DecodeSettings SETTINGS = DecodeSettings.upTo(1_000_000);

  /** What a GIF can ask for: frames within the screen, see-through pixels, three disposals. */
  private static final byte[] GIF =
      TestGifs.gif(
          Frame.of(0, 0, 40, 30, -1),
          Frame.of(5, 6, 10, 8, GREEN).disposed("restoreToPrevious"),
          Frame.of(20, 10, 20, 20, BLUE).disposed("restoreToBackgroundColor"),
          Frame.of(0, 0, 40, 15, TRANSPARENT),
          Frame.of(0, 0, 40, 30, -1).interlacing());

  @Test
  void theFramesOfAGifAreThoseOfOpenCv() throws RejectedException {
    List<Mat> expected = new ArrayList<>();
    assertThat(Imgcodecs.imdecodemulti(new MatOfByte(GIF), Imgcodecs.IMREAD_COLOR, expected))
        .isTrue();
    try (ImageFrames frames = ImageFrames.open(GIF, SETTINGS)) {
      assertThat(frames.count()).isEqualTo(5);
      for (int i = 0; i < 5; i++) {
        assertSame(frames.decode(i), expected.get(i));
      }
      for (int i : new int[] {3, 3, 0, 4, 1}) { // and in any order
        assertSame(frames.decode(i), expected.get(i));
      }
    }
  }

  @Test
  void aFrameOfAGifStaysAsItIsWhenTheNextIsDrawn() throws RejectedException {
    byte[] gif = TestGifs.gif(Frame.of(0, 0, 9, 9, RED), Frame.of(0, 0, 9, 9, WHITE));
    try (ImageFrames frames = ImageFrames.open(gif, SETTINGS)) {
      DecodedImage first = frames.decode(0);
      frames.decode(1);
      assertThat(first.pixels().get(4, 4)).containsExactly(0, 0, 255);
    }
  }

  @Test
  void aFrameBeyondTheScreenIsCut() throws RejectedException {
    byte[] gif = TestGifs.gif(Frame.of(0, 0, 10, 10, RED), Frame.of(4, 4, 6, 6, BLUE));
    int descriptor = indexOfImage(gif, 1);
    ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putShort(descriptor + 1, (short) 7);
    try (ImageFrames frames = ImageFrames.open(gif, SETTINGS)) {
      Mat second = frames.decode(1).pixels();
      assertThat(second.get(4, 6)).containsExactly(0, 0, 255);
      assertThat(second.get(4, 7)).containsExactly(255, 0, 0);
      assertThat(second.get(9, 9)).containsExactly(255, 0, 0);
    }
  }

  @Test
  void thePagesOfATiffAreThoseOfOpenCv() throws RejectedException {
    Mat first = TestImages.noise(40, 30, CvType.CV_8UC3, 1);
    Mat second = TestImages.noise(17, 50, CvType.CV_8UC3, 2);
    try (ImageFrames frames = ImageFrames.open(TestImages.tiff(first, second), SETTINGS)) {
      assertThat(frames.count()).isEqualTo(2);
      assertSame(frames.decode(1), second);
      assertSame(frames.decode(0), first);
      assertSame(frames.decode(1), second);
    }
  }

  @Test
  void anyOtherImageIsOneFrame() throws RejectedException {
    byte[] png = TestImages.noise(".png", 20, 10, 1);
    try (ImageFrames frames = ImageFrames.open(png, SETTINGS)) {
      assertThat(frames.count()).isEqualTo(1);
      assertSame(frames.decode(0), TestImages.decode(png));
    }
  }

  @Test
  void thePagesOfATiffAreNoLoop() {
    byte[] tiff = TestImages.tiff(TestImages.noise(9, 9, CvType.CV_8UC3, 1));
    ByteBuffer bytes = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
    int directory = bytes.getInt(4);
    bytes.putInt(directory + 2 + 12 * bytes.getShort(directory), directory);
    RejectedException rejected = rejected(tiff, 0);
    assertThat(rejected.reason()).isEqualTo(Reason.MALFORMED_HEADER);
    assertThat(rejected.detail()).contains("its pages are a loop at byte " + directory);
  }

  @Test
  @Timeout(10)
  void aTiffOfTooManyPagesIsRejected() {
    int pages = TiffFile.MAX_PAGES + 1;
    ByteBuffer tiff = ByteBuffer.allocate(8 + 6 * pages).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put(new byte[] {'I', 'I', 42, 0}).putInt(8);
    for (int i = 1; i <= pages; i++) {
      tiff.putShort((short) 0).putInt(i == pages ? 0 : 8 + 6 * i);
    }
    RejectedException rejected = rejected(tiff.array(), 0);
    assertThat(rejected.reason()).isEqualTo(Reason.MALFORMED_HEADER);
    assertThat(rejected.detail()).contains("more than 10000 pages");
  }

  @Test
  void onlyTheBrokenPageOfATiffIsRejected() throws RejectedException {
    Mat page = TestImages.noise(40, 30, CvType.CV_8UC3, 1);
    byte[] tiff = TestImages.tiff(page, page);
    ByteBuffer bytes = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
    int first = bytes.getInt(4);
    bytes.putInt(first + 2 + 12 * bytes.getShort(first), tiff.length + 9);
    try (ImageFrames frames = ImageFrames.open(tiff, SETTINGS)) {
      assertThat(frames.count()).isEqualTo(2);
      assertSame(frames.decode(0), page);
    }
    assertThat(rejected(tiff, 1).detail()).contains("is beyond its end");
  }

  @Test
  void aGifThatIsCutOffKeepsItsWholeFrames() throws RejectedException {
    byte[] cut = Arrays.copyOf(GIF, indexOfImage(GIF, 2) + 15);
    try (ImageFrames frames = ImageFrames.open(cut, SETTINGS)) {
      assertThat(frames.count()).isEqualTo(3);
      assertThat(frames.decode(1).pixels().rows()).isEqualTo(30);
    }
    RejectedException rejected = rejected(cut, 2);
    assertThat(rejected.reason()).isEqualTo(Reason.CORRUPT_IMAGE);
    assertThat(rejected.detail()).isEqualTo("the gif ends within its image 2");
  }

  @Test
  void aFrameBeforeABrokenOneOfAGifKeepsItsPixels() throws RejectedException {
    int data = indexOfData(GIF, indexOfImage(GIF, 2));
    byte[] broken = Arrays.copyOf(GIF, data + 8);
    broken[data] = 5; // five bytes of the pixels, and then the end of their blocks
    broken[data + 6] = 0;
    broken[data + 7] = 0x3B;
    try (ImageFrames frames = ImageFrames.open(broken, SETTINGS)) {
      assertThat(frames.count()).isEqualTo(3);
      Mat second = frames.decode(1).pixels();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> frames.decode(2))
            .isInstanceOf(RejectedException.class)
            .hasMessageContaining("image 2 of the gif");
        assertSame(frames.decode(1), second);
      }
      frames.decode(0);
      assertSame(frames.decode(1), second);
    }
  }

  @Test
  @Timeout(60)
  void mutatedFilesAreDecodedOrRejected() {
    byte[] tiff =
        TestImages.tiff(
            TestImages.noise(40, 30, CvType.CV_8UC3, 1),
            TestImages.noise(17, 50, CvType.CV_8UC1, 2));
    SplittableRandom random = new SplittableRandom(5);
    int rejected = 0;
    for (int i = 0; i < 1500; i++) {
      byte[] whole = i % 2 == 0 ? GIF : tiff;
      byte[] mutated = Arrays.copyOf(whole, random.nextInt(whole.length * 3 / 4, whole.length + 1));
      for (int changes = random.nextInt(1, 8); changes > 0; changes--) {
        int bound = random.nextBoolean() ? mutated.length : 64;
        mutated[random.nextInt(bound)] = (byte) random.nextInt(256);
      }
      try (ImageFrames frames = ImageFrames.open(mutated, SETTINGS)) {
        for (int frame = 0; frame < Math.min(3, frames.count()); frame++) {
          frames.decode(frame).close();
        }
      } catch (RejectedException e) {
        assertThat(e.reason().stage().label()).isEqualTo("decode");
        rejected++;
      }
    }
    assertThat(rejected).isBetween(100, 1400);
  }

  @ParameterizedTest
  @CsvSource({"GIF87a,GIF", "GIF89a,GIF", "II*0,TIFF", "MM0*,TIFF", "II+0,TIFF", "MM0+,TIFF"})
  void aFileOfSeveralFramesIsKnownByItsFirstBytes(String start, ImageFormat format) {
    byte[] bytes = start.replace('0', '\0').getBytes(ISO_8859_1);
    assertThat(ImageFormat.of(bytes, bytes.length)).isEqualTo(format);
    assertThat(format.mayHaveFrames()).isTrue();
    assertThat(ImageFormat.of(bytes, bytes.length - 1)).isNull();
  }

  /** Where the descriptor of an image is. */
  static int indexOfImage(byte[] gif, int index) {
    int found = -1;
    int at = 13 + ((gif[10] & 0x80) == 0 ? 0 : 3 * (2 << (gif[10] & 7)));
    while (true) {
      int data;
      if (gif[at] == 0x2C) {
        found++;
        if (found == index) {
          return at;
        }
        data = indexOfData(gif, at);
      } else {
        data = at + 2;
      }
      while (gif[data] != 0) {
        data += 1 + (gif[data] & 0xFF);
      }
      at = data + 1;
    }
  }

  /** Where an image's first block of codes is. */
  private static int indexOfData(byte[] gif, int image) {
    int flags = gif[image + 9];
    return image + 11 + ((flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7)));
  }

  private static void assertSame(DecodedImage actual, Mat expected) {
    assertThat(actual.pixels().size()).isEqualTo(expected.size());
    assertThat(TestImages.difference(actual.pixels(), expected)).isZero();
  }

  private static RejectedException rejected(byte[] bytes, int frame) {
    RejectedException rejected =
        catchThrowableOfType(
            RejectedException.class,
            () -> {
              try (ImageFrames frames = ImageFrames.open(bytes, SETTINGS)) {
                frames.decode(frame);
              }
            });
    assertThat(rejected).isNotNull();
    return rejected;
  }
}
