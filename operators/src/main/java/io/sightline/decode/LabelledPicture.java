// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Locale;
import java.util.Set;
import org.opencv.core.CvException;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/**
 * Draws a label on an image for people to look at: white on a red box in the upper left corner, as
 * PaddleX's {@code draw_label} does. The text has 5 % of the image's width as its size, or as much
 * less, down to 2 %, as it needs to fit into the width; less also where the image is low. A label
 * that does not fit even then loses its middle, and keeps its last word. A small image is enlarged
 * by a whole factor first, which PaddleX does not do, since nobody can read letters of two pixels.
 * Thread-safe.
 */
public final class LabelledPicture {

  private static final double LARGEST = 0.05;
  private static final double SMALLEST = 0.02;

  /** Pixels around the text, where PaddleX has them too. */
  private static final int MARGIN = 3;

  /** Images of less width are enlarged, as long as they stay below so many pixels. */
  private static final int LEGIBLE_WIDTH = 256;

  private static final double MAX_ENLARGED_PIXELS = 1 << 20;

  /** Smallest size of letters that a low image gets, in pixels. */
  private static final int LEAST_SIZE = 8;

  private static final String LEFT_OUT = "… ";

  private static final Set<String> ENDINGS =
      Set.of(".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff");

  private LabelledPicture() {}

  /** Whether pictures can be written under this file name. */
  public static boolean canWrite(String fileName) {
    return ENDINGS.contains(ending(fileName));
  }

  /**
   * The image with a label on it, its EXIF orientation applied where the settings say so, in the
   * format of the file name.
   *
   * @param encoded an image in a format that is decoded
   * @param fileName one that {@link #canWrite} is true of
   * @throws RejectedException where it is no image, too large, or broken
   */
  public static byte[] draw(byte[] encoded, String label, String fileName, DecodeSettings settings)
      throws RejectedException {
    requireWritable(fileName);
    try (DecodedImage image = DecodedImage.of(encoded, settings)) {
      return draw(image, label, fileName);
    }
  }

  /**
   * The image with a label on it, in the format of the file name.
   *
   * @param fileName one that {@link #canWrite} is true of
   * @throws RejectedException where OpenCV refuses the image
   */
  public static byte[] draw(DecodedImage image, String label, String fileName)
      throws RejectedException {
    requireWritable(fileName);
    Mat picture = labelled(image, label);
    try {
      return PictureEncoder.encode(picture, ending(fileName));
    } finally {
      picture.release();
    }
  }

  /**
   * The image with a label on it, {@link BufferedImage#TYPE_3BYTE_BGR}.
   *
   * @throws RejectedException where OpenCV refuses the image
   */
  public static BufferedImage draw(DecodedImage image, String label) throws RejectedException {
    Mat picture = labelled(image, label);
    try {
      BufferedImage copy =
          new BufferedImage(picture.cols(), picture.rows(), BufferedImage.TYPE_3BYTE_BGR);
      picture.get(0, 0, ((DataBufferByte) copy.getRaster().getDataBuffer()).getData());
      return copy;
    } finally {
      picture.release();
    }
  }

  private static void requireWritable(String fileName) {
    if (!canWrite(fileName)) {
      throw new IllegalArgumentException(fileName + " is not the name of a picture");
    }
  }

  private static Mat labelled(DecodedImage image, String label) throws RejectedException {
    Mat picture = new Mat();
    try {
      int factor = factor(image.pixels());
      Imgproc.resize(image.pixels(), picture, new Size(), factor, factor, Imgproc.INTER_NEAREST);
      drawOn(picture, label);
      return picture;
    } catch (CvException e) {
      picture.release();
      throw PixelDecoder.corrupt(image.header(), e);
    }
  }

  private static int factor(Mat image) {
    double most = Math.sqrt(MAX_ENLARGED_PIXELS / ((double) image.cols() * image.rows()));
    return (int) Math.max(1, Math.min(Math.ceil((double) LEGIBLE_WIDTH / image.cols()), most));
  }

  private static String ending(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot < 0 ? "" : fileName.substring(dot).toLowerCase(Locale.ROOT);
  }

  /** Draws on the part of the image that the box takes alone: the rest never becomes a copy. */
  private static void drawOn(Mat pixels, String wholeLabel) {
    Font font = font(wholeLabel, pixels.cols(), pixels.rows());
    FontMetrics metrics = metrics(font);
    String label = fitted(wholeLabel, metrics, pixels.cols());
    int width = Math.min(pixels.cols(), boxWidth(label, metrics));
    int height = Math.min(pixels.rows(), boxHeight(metrics));
    BufferedImage box = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    byte[] bytes = ((DataBufferByte) box.getRaster().getDataBuffer()).getData();
    Mat corner = pixels.submat(0, height, 0, width);
    Mat copy = new Mat(height, width, CvType.CV_8UC3);
    try {
      corner.copyTo(copy);
      copy.get(0, 0, bytes);
      drawBox(box, label, font);
      copy.put(0, 0, bytes);
      copy.copyTo(corner);
    } finally {
      copy.release();
      corner.release();
    }
  }

  private static void drawBox(BufferedImage box, String label, Font font) {
    Graphics2D graphics = box.createGraphics();
    try {
      graphics.setColor(Color.RED);
      graphics.fillRect(MARGIN, MARGIN, box.getWidth() - MARGIN, box.getHeight() - MARGIN);
      graphics.setColor(Color.WHITE);
      graphics.setFont(font);
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.drawString(label, 2 * MARGIN, 2 * MARGIN + graphics.getFontMetrics().getAscent());
    } finally {
      graphics.dispose();
    }
  }

  private static int boxWidth(String label, FontMetrics metrics) {
    return 3 * MARGIN + metrics.stringWidth(label);
  }

  private static int boxHeight(FontMetrics metrics) {
    return 3 * MARGIN + metrics.getHeight();
  }

  private static Font font(String label, int imageWidth, int imageHeight) {
    int size = Math.max(1, (int) (imageWidth * LARGEST));
    while (size > LEAST_SIZE && boxHeight(metrics(font(size))) > imageHeight) {
      size--;
    }
    int smallest = Math.max(1, (int) (imageWidth * SMALLEST));
    while (size > smallest && boxWidth(label, metrics(font(size))) > imageWidth) {
      size--;
    }
    return font(size);
  }

  private static Font font(int size) {
    return LabelFont.get().deriveFont((float) size);
  }

  /** The label, or as much of its beginning as fits, and its last word, which may be a score. */
  private static String fitted(String label, FontMetrics metrics, int imageWidth) {
    if (boxWidth(label, metrics) <= imageWidth) {
      return label;
    }
    String end = LEFT_OUT + label.substring(label.lastIndexOf(' ') + 1);
    int length = label.length();
    while (length > 0 && boxWidth(label.substring(0, length) + end, metrics) > imageWidth) {
      length = label.offsetByCodePoints(length, -1);
    }
    return length == 0 ? label : label.substring(0, length) + end;
  }

  private static FontMetrics metrics(Font font) {
    Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_3BYTE_BGR).createGraphics();
    try {
      return graphics.getFontMetrics(font);
    } finally {
      graphics.dispose();
    }
  }
}
