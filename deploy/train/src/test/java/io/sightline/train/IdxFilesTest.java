// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFilesTest {

  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;
  private static final int CLASSES = 10;

  @TempDir Path folder;

  private Path images;
  private Path labels;

  @BeforeEach
  void writeSoundFiles() throws IOException {
    images = folder.resolve("images.gz");
    labels = folder.resolve("labels.gz");
    Files.write(images, gzip(idx(pixels(2), IMAGES, 2, 28, 28)));
    Files.write(labels, gzip(idx(new byte[] {9, 0}, LABELS, 2)));
  }

  @Test
  void imagesAndLabelsAreReadInTheirOrder() throws IOException {
    LabelledImages read = IdxFiles.read(images, labels, CLASSES);

    assertThat(read.size()).isEqualTo(2);
    assertThat(read.classOf(0)).isEqualTo(9);
    assertThat(read.classOf(1)).isZero();
    assertThat(read.pixelsOf(0)).isEqualTo(Arrays.copyOf(pixels(2), 784));
    assertThat(read.pixelsOf(1)).isEqualTo(Arrays.copyOfRange(pixels(2), 784, 1568));
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> IdxFiles.read(images, folder.resolve("none.gz"), CLASSES))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none.gz");
  }

  @Test
  void aFileThatIsNotGzippedIsRefused() throws IOException {
    Files.write(images, idx(pixels(2), IMAGES, 2, 28, 28));
    assertRefused(images, "Not in GZIP format");
  }

  @Test
  void labelsInThePlaceOfImagesAreRefused() throws IOException {
    Files.copy(labels, folder.resolve("copy.gz"));
    images = folder.resolve("copy.gz");
    assertRefused(images, "is no IDX file of images: it starts with 00000801, not with 00000803");
  }

  @Test
  void imagesInThePlaceOfLabelsAreRefused() throws IOException {
    labels = images;
    assertRefused(labels, "is no IDX file of labels: it starts with 00000803, not with 00000801");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 100_001, Integer.MAX_VALUE})
  void anImpossibleNumberOfImagesIsRefused(int announced) throws IOException {
    Files.write(images, gzip(idx(pixels(2), IMAGES, announced, 28, 28)));
    assertRefused(images, "announces " + announced + " items: from 1 to 100000 are read");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -28, 27, Integer.MAX_VALUE})
  void imagesOfAnotherSizeAreRefused(int width) throws IOException {
    Files.write(images, gzip(idx(pixels(2), IMAGES, 2, 28, width)));
    assertRefused(images, "holds images of " + width + " x 28 pixels, not of 28 x 28");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 15, 16, 800})
  void aHeaderOrContentThatEndsTooEarlyIsRefused(int length) throws IOException {
    byte[] whole = idx(pixels(2), IMAGES, 2, 28, 28);
    Files.write(images, gzip(Arrays.copyOf(whole, length)));
    assertRefused(images, "ends too early");
  }

  @Test
  void aGzipStreamThatIsCutOffIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(whole, whole.length - 12));
    assertRefused(images, "ends too early");
  }

  @Test
  void bytesBehindTheLastImageAreRefused() throws IOException {
    Files.write(images, gzip(idx(pixels(3), IMAGES, 2, 28, 28)));
    assertRefused(images, "goes on behind what its header announces");
  }

  @Test
  void aLabelThatIsNoClassIsRefused() throws IOException {
    Files.write(labels, gzip(idx(new byte[] {9, (byte) 200}, LABELS, 2)));
    assertRefused(labels, "label 200 of image 1 is not below 10");
  }

  @Test
  void moreLabelsThanImagesAreRefused() throws IOException {
    Files.write(labels, gzip(idx(new byte[] {9, 0, 1}, LABELS, 3)));
    assertRefused(labels, "3 labels");
  }

  private void assertRefused(Path file, String fact) {
    assertThatThrownBy(() -> IdxFiles.read(images, labels, CLASSES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(fact);
  }

  private static byte[] pixels(int images) {
    byte[] pixels = new byte[images * 784];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 31);
    }
    return pixels;
  }

  /** The bytes of a file: numbers, then its content. */
  static byte[] idx(byte[] content, int... header) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (int value : header) {
      out.writeInt(value);
    }
    out.write(content);
    return bytes.toByteArray();
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
