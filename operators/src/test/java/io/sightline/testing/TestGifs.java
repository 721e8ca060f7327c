// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** GIFs for tests, written by the JDK. */
public final class TestGifs {

  /** Red, green, blue, white, and a transparent colour. */
  private static final int[] COLOURS = {0xFFFF0000, 0xFF00FF00, 0xFF0000FF, 0xFFFFFFFF, 0};

  public static final int RED = 0;
  public static final int GREEN = 1;
  public static final int BLUE = 2;
  public static final int WHITE = 3;
  public static final int TRANSPARENT = 4;

  /**
   * A frame of one colour, or of one drawn from the first four for every pixel where it is below 0.
   *
   * @param disposal in the words of the JDK's metadata
   */
  public record Frame(
      int left, int top, int width, int height, int colour, String disposal, boolean interlaced) {

    public static Frame of(int left, int top, int width, int height, int colour) {
      return new Frame(left, top, width, height, colour, "none", false);
    }

    public Frame disposed(String how) {
      return new Frame(left, top, width, height, colour, how, interlaced);
    }

    public Frame interlacing() {
      return new Frame(left, top, width, height, colour, disposal, true);
    }
  }

  private TestGifs() {}

  /** A GIF of frames on a screen that has the size of the first. */
  public static byte[] gif(Frame... frames) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (Frame frame : List.of(frames)) {
        BufferedImage image = image(frame);
        writer.writeToSequence(new IIOImage(image, null, metadata(writer, image, frame)), null);
      }
      writer.endWriteSequence();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage image(Frame frame) {
    BufferedImage image =
        new BufferedImage(
            frame.width(),
            frame.height(),
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, COLOURS.length, COLOURS, 0, false, TRANSPARENT, 0));
    for (int y = 0; y < frame.height(); y++) {
      for (int x = 0; x < frame.width(); x++) {
        int colour = frame.colour() < 0 ? (x * 7 + y * 13 + x * y) % 4 : frame.colour();
        image.getRaster().setSample(x, y, 0, colour);
      }
    }
    return image;
  }

  private static IIOMetadata metadata(ImageWriter writer, BufferedImage image, Frame frame)
      throws IOException {
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
    IIOMetadataNode root = new IIOMetadataNode(metadata.getNativeMetadataFormatName());
    root.appendChild(
        node(
            "ImageDescriptor",
            Map.of(
                "imageLeftPosition", frame.left(),
                "imageTopPosition", frame.top(),
                "imageWidth", frame.width(),
                "imageHeight", frame.height(),
                "interlaceFlag", frame.interlaced() ? "TRUE" : "FALSE")));
    IIOMetadataNode table =
        node("LocalColorTable", Map.of("sizeOfLocalColorTable", 8, "sortFlag", "FALSE"));
    for (int i = 0; i < 8; i++) {
      int rgb = i < COLOURS.length ? COLOURS[i] : 0;
      table.appendChild(
          node(
              "ColorTableEntry",
              Map.of(
                  "index",
                  i,
                  "red",
                  rgb >> 16 & 0xFF,
                  "green",
                  rgb >> 8 & 0xFF,
                  "blue",
                  rgb & 0xFF)));
    }
    root.appendChild(table);
    root.appendChild(
        node(
            "GraphicControlExtension",
            Map.of(
                "disposalMethod",
                frame.disposal(),
                "userInputFlag",
                "FALSE",
                "transparentColorFlag",
                "TRUE",
                "delayTime",
                10,
                "transparentColorIndex",
                TRANSPARENT)));
    metadata.mergeTree(metadata.getNativeMetadataFormatName(), root);
    return metadata;
  }

  private static IIOMetadataNode node(String name, Map<String, Object> attributes) {
    IIOMetadataNode node = new IIOMetadataNode(name);
    attributes.forEach((key, value) -> node.setAttribute(key, value.toString()));
    return node;
  }
}
