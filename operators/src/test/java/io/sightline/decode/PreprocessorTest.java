// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.RejectedException;
import io.sightline.testing.SharedFolder;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/** Against {@link ReferenceChain}, which resizes the whole image, and against golden files. */
class PreprocessorTest {

  private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> STD = List.of(0.229, 0.224, 0.225);

  @BeforeAll
  static void loadNatives() {
    ImageDecoder.loadNatives();
  }

  @ParameterizedTest
  @EnumSource(value = Interpolation.class, mode = Mode.MATCH_NONE, names = "PIL_.*")
  void anySizeIsBitByBitTheWholeImageResizedThenCropped(Interpolation interpolation)
      throws RejectedException {
    SplittableRandom random = new SplittableRandom(interpolation.name().hashCode());
    for (int i = 0; i < 60; i++) {
      int crop = random.nextInt(16, 129);
      Preprocessing preprocessing = toShortSide(crop + random.nextInt(0, 40), crop, interpolation);
      int width = random.nextInt(10, 500);
      int height = random.nextInt(10, 500);
      assertSame(preprocessing, width, height, i);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Interpolation.class, mode = Mode.MATCH_NONE, names = "PIL_.*")
  void sizesWithSpecialPathsAreBitByBitTheSame(Interpolation interpolation)
      throws RejectedException {
    int[][] sizes = {
      {512, 512}, // exactly half
      {512, 768},
      {768, 512},
      {1024, 1024}, // a quarter
      {256, 256}, // nothing to resize
      {256, 400},
      {400, 256},
      {128, 128}, // twice
      {128, 200},
      {64, 300},
      {2000, 257}, // panorama
      {257, 2000},
      {500, 375},
      {333, 500}
    };
    for (int[] size : sizes) {
      assertSame(toShortSide(256, 224, interpolation), size[0], size[1], size[0]);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Interpolation.class, mode = Mode.MATCH_NONE, names = "PIL_.*")
  void bothSidesToASizeWithACropAreBitByBitTheSame(Interpolation interpolation)
      throws RejectedException {
    SplittableRandom random = new SplittableRandom(interpolation.name().hashCode());
    for (int i = 0; i < 20; i++) {
      int cropWidth = random.nextInt(8, 100);
      int cropHeight = random.nextInt(8, 100);
      Resize resize =
          Resize.toSize(
              cropWidth + random.nextInt(60), cropHeight + random.nextInt(60), interpolation);
      Preprocessing preprocessing =
          new Preprocessing(
              resize, Crop.of(cropWidth, cropHeight), Channels.RGB, 1 / 255.0, MEAN, STD);
      assertSame(preprocessing, random.nextInt(4, 300), random.nextInt(4, 300), i);
    }
  }

  /** OpenCV's cubic resize rounds the last pixels of a row, too few for a vector, differently. */
  @ParameterizedTest
  @CsvSource({"552,446,141,114,109", "465,614,65,86,54", "599,621,119,123,93"})
  void aCubicResizeIsTheSameUpToTheLastColumnOfTheCrop(
      int width, int height, int resizedWidth, int resizedHeight, int crop) {
    int left = (resizedWidth - crop) / 2;
    int top = (resizedHeight - crop) / 2;
    Mat image = new Mat(height, width, CvType.CV_8UC3);
    Mat grey = new Mat();
    Mat whole = new Mat();
    try (OpenCvResizer resizer = new OpenCvResizer(Interpolation.CUBIC, crop, crop, true)) {
      for (int i = 0; i < 200; i++) {
        Core.randu(image, 0, 256);
        Imgproc.cvtColor(image, grey, Imgproc.COLOR_BGR2GRAY);
        Size size = new Size(resizedWidth, resizedHeight);
        Imgproc.resize(grey, whole, size, 0, 0, Imgproc.INTER_CUBIC);
        Mat expected = whole.submat(top, top + crop, left, left + crop);
        Mat actual =
            resizer.crop(image, height, new Placement(resizedWidth, resizedHeight, left, top));
        assertThat(TestImages.difference(actual, expected)).as("image %d", i).isZero();
      }
    }
  }

  @Test
  void oneDecoderGivesTheSameWhateverItsLastImageWas() throws RejectedException {
    Preprocessing preprocessing = toShortSide(80, 64, Interpolation.LINEAR);
    SplittableRandom random = new SplittableRandom(5);
    try (ImageDecoder decoder = decoder(preprocessing)) {
      ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());
      for (int i = 0; i < 50; i++) {
        byte[] png = TestImages.noise(".png", random.nextInt(5, 400), random.nextInt(5, 400), i);
        decoder.decode(png, 0, png.length);
        decoder.writeTo(row);
        ImageDecoderTest.assertRowIs(row, ReferenceChain.run(png, preprocessing));
      }
    }
  }

  @Test
  void aResizeThatEndsBeforeTheCropIsAnError() {
    try (OpenCvResizer resizer = new OpenCvResizer(Interpolation.LINEAR, 9, 9, false)) {
      Mat image = TestImages.decode(TestImages.solid(".png", 20, 20, 200, 100, 50));
      assertThatThrownBy(() -> resizer.crop(image, 20, new Placement(8, 8, 0, 0)))
          .isInstanceOf(ReallocatedRowError.class)
          .hasMessageContaining("8 x 8 pixels ends before its crop at 9 x 9");
    }
  }

  /** Pixels that OpenCV and Pillow made by PaddleX's rules in Python. */
  @Test
  void goldenPixelsAreMatchedOneByOne() throws IOException, RejectedException {
    Path folder = SharedFolder.resolve("golden/preprocess");
    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("manifest.json").toFile());
    int compared = 0;
    for (JsonNode entry : manifest) {
      int crop = entry.path("crop").asInt();
      Preprocessing pixels =
          new Preprocessing(
              Resize.toShortSide(entry.path("resize_short").asInt(), interpolationOf(entry)),
              Crop.of(crop, crop),
              Channels.RGB,
              1,
              List.of(0.0, 0.0, 0.0),
              List.of(1.0, 1.0, 1.0));
      byte[] image = Files.readAllBytes(SharedFolder.resolve(entry.path("image").asText()));
      Mat golden =
          TestImages.decode(Files.readAllBytes(folder.resolve(entry.path("golden").asText())));
      try (ImageDecoder decoder = decoder(pixels)) {
        ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());
        decoder.decode(image, 0, image.length);
        decoder.writeTo(row);
        float[] actual = new float[3 * crop * crop];
        row.asFloatBuffer().get(actual);
        float[] expected = ReferenceChain.normalise(golden, pixels);
        assertThat(Arrays.mismatch(actual, expected)).as(entry.toString()).isEqualTo(-1);
      }
      compared++;
    }
    assertThat(compared).isEqualTo(54);
  }

  private static Interpolation interpolationOf(JsonNode entry) {
    String name = entry.path("interpolation").asText();
    if (entry.path("backend").asText().equals("pil")) {
      return Interpolation.valueOf("PIL_" + name);
    }
    return name.equals("BICUBIC") ? Interpolation.CUBIC : Interpolation.valueOf(name);
  }

  private static Preprocessing toShortSide(int side, int crop, Interpolation interpolation) {
    return new Preprocessing(
        Resize.toShortSide(side, interpolation),
        Crop.of(crop, crop),
        Channels.RGB,
        1 / 255.0,
        MEAN,
        STD);
  }

  private static ImageDecoder decoder(Preprocessing preprocessing) {
    return new ImageDecoder(
        preprocessing, RowFormat.PLANAR_FLOAT32, DecodeSettings.upTo(50_000_000));
  }

  private static void assertSame(Preprocessing preprocessing, int width, int height, long seed)
      throws RejectedException {
    byte[] png = TestImages.noise(".png", width, height, seed);
    float[] expected = ReferenceChain.run(png, preprocessing);
    try (ImageDecoder decoder = decoder(preprocessing)) {
      ByteBuffer row = ImageDecoderTest.row(decoder.rowBytes());
      decoder.decode(png, 0, png.length);
      decoder.writeTo(row);
      float[] actual = new float[expected.length];
      row.asFloatBuffer().get(actual);
      int difference = Arrays.mismatch(actual, expected);
      assertThat(difference)
          .as(
              "%d x %d by %s: %s",
              width,
              height,
              preprocessing,
              difference < 0 ? "" : actual[difference] + " is not " + expected[difference])
          .isEqualTo(-1);
    }
  }
}
