// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pixels of GIFs: what the JDK's writer was given, and hostile ones. */
class GifPixelsTest {

  private static final DecodeSettings SETTINGS = DecodeSettings.upTo(20_000_000);

  /** Of a hostile file, which keeps the JDK's reader busy for most of a minute. */
  private static final int MANY_BYTES = 8 << 20;

  private static final int SIDE = 3300;

  @ParameterizedTest
  @CsvSource({"2,false", "2,true", "5,true", "16,false", "200,true", "256,false", "256,true"})
  void pixelsAreThoseThatWereEncoded(int colours, boolean interlaced) throws Exception {
    SplittableRandom random = new SplittableRandom(colours);
    for (int i = 0; i < 60; i++) {
      int width = random.nextInt(1, 40);
      int height = i < 20 ? 1 + i : random.nextInt(1, 40);
      assertSame(image(width, height, colours, random), interlaced);
    }
    assertSame(image(700, 500, colours, random), interlaced); // fills the table many times
  }

  private static void assertSame(BufferedImage image, boolean interlaced) throws Exception {
    int width = image.getWidth();
    int height = image.getHeight();
    try (DecodedImage decoded = DecodedImage.of(gif(image, interlaced), SETTINGS)) {
      byte[] expected = new byte[3 * width * height];
      for (int i = 0; i < width * height; i++) {
        int rgb = image.getRGB(i % width, i / width);
        expected[3 * i] = (byte) rgb;
        expected[3 * i + 1] = (byte) (rgb >> 8);
        expected[3 * i + 2] = (byte) (rgb >> 16);
      }
      assertThat(decoded.width()).isEqualTo(width);
      assertThat(decoded.bgr()).as("%d x %d", width, height).isEqualTo(expected);
    }
  }

  /** Noise, and runs of one colour, which make long codes. */
  private static BufferedImage image(int width, int height, int colours, SplittableRandom random) {
    int[] table = new int[colours];
    for (int i = 0; i < colours; i++) {
      table[i] = 0xFF000000 | random.nextInt(1 << 24);
    }
    int bits = colours <= 2 ? 1 : colours <= 16 ? 4 : 8;
    IndexColorModel model = new IndexColorModel(bits, colours, table, 0, false, -1, 0);
    int type = bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY;
    BufferedImage image = new BufferedImage(width, height, type, model);
    for (int i = 0; i < width * height; ) {
      int colour = random.nextInt(colours);
      for (int run = random.nextInt(8) == 0 ? random.nextInt(1, 400) : 1; run > 0; run--, i++) {
        if (i < width * height) {
          image.getRaster().setSample(i % width, i / width, 0, colour);
        }
      }
    }
    return image;
  }

  private static byte[] gif(BufferedImage image, boolean interlaced) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setProgressiveMode(
          interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  @Test
  @Timeout(20)
  void aCommentOfManyBlocksIsPassedOver() throws RejectedException {
    ByteBuffer gif = ByteBuffer.allocate(MANY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    start(gif, 1, 1).put(new byte[] {0x21, (byte) 0xFE});
    while (gif.remaining() > 300) {
      gif.put((byte) 255).position(gif.position() + 255);
    }
    gif.put((byte) 0);
    image(gif, 1, 1).put(HexFormat.of().parseHex("02024C01003B"));
    assertDecoded(gif, 1);
  }

  /** In each 24 bits, four times the code that clears the table and one of a pixel. */
  @Test
  @Timeout(20)
  void aTableThatIsClearedForEveryPixelTakesNoLonger() throws RejectedException {
    ByteBuffer gif = ByteBuffer.allocate(MANY_BYTES + 100_000).order(ByteOrder.LITTLE_ENDIAN);
    image(start(gif, SIDE, SIDE), SIDE, SIDE).put((byte) 2);
    byte[] block = HexFormat.of().parseHex("044110".repeat(85));
    while (gif.position() < MANY_BYTES) {
      gif.put((byte) 255).put(block);
    }
    gif.put((byte) 0).put((byte) 0x3B);
    assertDecoded(gif, SIDE);
  }

  private static void assertDecoded(ByteBuffer gif, int side) throws RejectedException {
    byte[] bytes = new byte[gif.position()];
    gif.get(0, bytes);
    Preprocessing preprocessing =
        new Preprocessing(
            Resize.toShortSide(8, Interpolation.LINEAR),
            Crop.of(8, 8),
            Channels.RGB,
            1,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));
    try (ImageDecoder decoder =
            new ImageDecoder(preprocessing, RowFormat.PLANAR_FLOAT32, SETTINGS);
        ImageFrames frames = ImageFrames.open(bytes, SETTINGS);
        DecodedImage frame = frames.decode(0)) {
      decoder.decode(bytes, 0, bytes.length);
      assertThat(decoder.width()).isEqualTo(side);
      assertThat(frame.width()).isEqualTo(side);
    }
  }

  /** No size of codes, too large a one, no code, a code of nothing yet, an end before the end. */
  @ParameterizedTest
  @ValueSource(strings = {"0002440100", "0902440100", "0200", "02013400", "02012C00"})
  void codesThatMakeNoSenseAreRejected(String data) {
    ByteBuffer gif = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    image(start(gif, 1, 1), 1, 1).put(HexFormat.of().parseHex(data)).put((byte) 0x3B);
    RejectedException rejected =
        catchThrowableOfType(
            RejectedException.class, () -> ImageIntegrity.check(gif.array(), SETTINGS));
    assertThat(rejected).isNotNull().hasMessageContaining("it has 0 of its 1 rows");
    assertThat(rejected.reason()).isEqualTo(Reason.CORRUPT_IMAGE);
  }

  @Test
  void withoutATableOfColoursTheSecondIsWhite() throws RejectedException {
    ByteBuffer gif = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    // Clear, 1, 3, end: in 3 bits each.
    image(start(gif, 2, 1), 2, 1).put(HexFormat.of().parseHex("0202CC0A003B"));
    try (DecodedImage image = DecodedImage.of(gif.array(), SETTINGS)) {
      assertThat(image.bgr()).containsExactly(255, 255, 255, 3, 3, 3);
    }
  }

  /** A screen without a table of colours. */
  private static ByteBuffer start(ByteBuffer gif, int width, int height) {
    return gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII))
        .putShort((short) width)
        .putShort((short) height)
        .put(new byte[3]);
  }

  private static ByteBuffer image(ByteBuffer gif, int width, int height) {
    return gif.put((byte) 0x2C)
        .putInt(0)
        .putShort((short) width)
        .putShort((short) height)
        .put((byte) 0);
  }
}
