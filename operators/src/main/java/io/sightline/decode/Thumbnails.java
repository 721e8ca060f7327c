// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import org.opencv.core.CvException;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

/**
 * Makes small JPEG images for people to look at, the same bytes for the same image. Thread-safe.
 */
public final class Thumbnails {

  private static final int QUALITY = 82;

  private Thumbnails() {}

  /**
   * The whole image as a JPEG without its metadata, turned as the model sees it: as its EXIF
   * orientation says where {@code decode.exif-orientation} is on. An image that is small enough
   * keeps its size.
   *
   * @param encoded an image in a format that is decoded
   * @param longSide most pixels of its longer side
   * @throws RejectedException where it is no image, too large, or broken
   */
  public static byte[] jpeg(byte[] encoded, int longSide, DecodeSettings settings)
      throws RejectedException {
    try (DecodedImage image = DecodedImage.of(encoded, settings)) {
      Mat small = new Mat();
      try {
        shrink(image.pixels(), small, longSide);
        return PictureEncoder.encode(small, ".jpg", Imgcodecs.IMWRITE_JPEG_QUALITY, QUALITY);
      } catch (CvException e) {
        throw PixelDecoder.corrupt(image.header(), e);
      } finally {
        small.release();
      }
    }
  }

  private static void shrink(Mat image, Mat shrunk, int longSide) {
    double scale = Math.min(1, (double) longSide / Math.max(image.cols(), image.rows()));
    Size size =
        new Size(
            Math.max(1, Math.round(image.cols() * scale)),
            Math.max(1, Math.round(image.rows() * scale)));
    Imgproc.resize(image, shrunk, size, 0, 0, Imgproc.INTER_AREA);
  }
}
