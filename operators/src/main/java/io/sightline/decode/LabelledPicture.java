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
 * less, down to 2 %, as it needs to fit into the width. A small image is enlarged by a whole factor
 * first, which PaddleX does not do, since nobody can read letters of two pixels. Thread-safe.
 */
public final class LabelledPicture {

  private static final double LARGEST = 0.05;
  private static final double SMALLEST = 0.02;

  /** Pixels around the text, where PaddleX has them too. */
  private static final int MARGIN = 3;

  /** Images of less width are enlarged, as long as they stay below so many pixels. */
  private static final int LEGIBLE_WIDTH = 256;

  private static final double MAX_ENLARGED_PIXELS = 1 << 20;

  private static final Set<String> ENDINGS = Set.of(".jpg", ".jpeg", ".jpe", ".png", ".webp");

  private LabelledPicture() {}

  /** Whether pictures can be written under this file name. */
  public static boolean canWrite(String fileName) {
    return ENDINGS.contains(ending(fileName));
  }

  /**
   * The image with a label on it, its EXIF orientation applied where the settings say so, in the
   * format of the file name.
   *
   * @param encoded a JPEG, PNG or WebP
   * @param fileName one that {@link #canWrite} is true of
   * @throws RejectedException where it is no image, too large, or broken
   */
  public static byte[] draw(byte[] encoded, String label, String fileName, DecodeSettings settings)
      throws RejectedException {
    if (!canWrite(fileName)) {
      throw new IllegalArgumentException(fileName + " is not the name of a picture");
    }
    try (DecodedImage image = DecodedImage.of(encoded, settings)) {
      Mat picture = new Mat();
      try {
        int factor = factor(image.pixels());
        Imgproc.resize(image.pixels(), picture, new Size(), factor, factor, Imgproc.INTER_NEAREST);
        draw(picture, label);
        return PictureEncoder.encode(picture, ending(fileName));
      } catch (CvException e) {
        throw ImageDecoder.corrupt(image.header(), e);
      } finally {
        picture.release();
      }
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
  private static void draw(Mat pixels, String label) {
    Font font = font(label, pixels.cols());
    FontMetrics metrics = metrics(font);
    int width = Math.min(pixels.cols(), 2 * MARGIN + metrics.stringWidth(label) + MARGIN);
    int height = Math.min(pixels.rows(), 2 * MARGIN + metrics.getHeight() + MARGIN);
    BufferedImage box = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    byte[] bytes = ((DataBufferByte) box.getRaster().getDataBuffer()).getData();
    Mat corner = pixels.submat(0, height, 0, width);
    Mat copy = new Mat(height, width, CvType.CV_8UC3);
    try {
      corner.copyTo(copy);
      copy.get(0, 0, bytes);
      draw(box, label, font);
      copy.put(0, 0, bytes);
      copy.copyTo(corner);
    } finally {
      copy.release();
      corner.release();
    }
  }

  private static void draw(BufferedImage box, String label, Font font) {
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

  private static Font font(String label, int imageWidth) {
    int smallest = Math.max(1, (int) (imageWidth * SMALLEST));
    for (int size = (int) (imageWidth * LARGEST); size > smallest; size--) {
      Font font = LabelFont.get().deriveFont((float) size);
      if (3 * MARGIN + metrics(font).stringWidth(label) <= imageWidth) {
        return font;
      }
    }
    return LabelFont.get().deriveFont((float) smallest);
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
