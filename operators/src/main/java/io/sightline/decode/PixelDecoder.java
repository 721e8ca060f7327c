// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.opencv.core.CvException;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.imgcodecs.Imgcodecs;

/** From the bytes of one image to its pixels, once its header was checked. Thread-safe. */
final class PixelDecoder {

  private PixelDecoder() {}

  /**
   * Reads the header of an image, and what else must be known of it before memory is taken.
   *
   * @throws RejectedException where it is no image, too large, or not whole
   */
  static ImageHeader probe(HeaderReader in, long maxPixels) throws RejectedException {
    ImageHeader probed = ImageProbe.probe(in);
    requireAtMost(maxPixels, probed);
    switch (probed.format()) {
      case JPEG -> JpegFile.read(in).requireFewScans(maxPixels);
      case PNG -> PngFile.requireWhole(in);
      case GIF -> GifFile.read(in, 1).requireFrame(0, maxPixels);
      case TIFF -> TiffFile.read(in).directory(0).requireDecodable(maxPixels);
      default -> {}
    }
    return probed;
  }

  /**
   * Decodes an image, of several the first.
   *
   * @param probed by {@link #probe}
   * @param copy gives the bytes as {@code [1, length]}, which this may change and releases
   * @param memory for large images; null where each has its own
   * @return its pixels, 8 bits each of blue, green and red
   */
  static Mat decode(
      HeaderReader in,
      ImageHeader probed,
      DecodeSettings settings,
      Supplier<Mat> copy,
      @Nullable PixelMemory memory)
      throws RejectedException {
    if (probed.format() == ImageFormat.GIF) {
      return GifFrames.first(in, GifFile.read(in, 1), settings.maxPixels());
    }
    Mat encoded = copy.get();
    try {
      if (probed.format() == ImageFormat.TIFF) {
        TiffFile.read(in).directory(0).select(encoded, settings.exifOrientation());
      } else if (probed.format() == ImageFormat.PNG) {
        PngFile.hideAnimation(in, encoded);
      }
      return decode(encoded, probed, probed.height(), settings.exifOrientation(), memory);
    } finally {
      encoded.release();
    }
  }

  /**
   * Decodes what OpenCV decodes.
   *
   * @param rows of the image that are encoded, from the first on
   * @param turned whether the EXIF orientation is applied
   * @param memory for large images; null where each has its own
   */
  static Mat decode(
      Mat encoded, ImageHeader probed, int rows, boolean turned, @Nullable PixelMemory memory)
      throws RejectedException {
    int flags =
        turned
            ? Imgcodecs.IMREAD_COLOR
            : Imgcodecs.IMREAD_COLOR | Imgcodecs.IMREAD_IGNORE_ORIENTATION;
    Mat decoded;
    try {
      decoded =
          memory == null
              ? Imgcodecs.imdecode(encoded, flags)
              : memory.decode(encoded, flags, rows, probed.width());
    } catch (CvException e) {
      throw corrupt(probed, e);
    }
    if (decoded.empty() || decoded.type() != CvType.CV_8UC3) {
      decoded.release();
      throw new RejectedException(
          Reason.CORRUPT_IMAGE,
          "the %s of %d x %d pixels in %d bytes could not be decoded"
              .formatted(
                  probed.format().label(), probed.width(), probed.height(), encoded.total()));
    }
    return decoded;
  }

  /** A copy of the bytes, {@code [1, length]}, which its user releases. */
  static Mat copyOf(HeaderReader in) {
    Mat copy = new Mat(1, in.length(), CvType.CV_8UC1);
    copy.put(0, 0, in.bytes(), in.offset(), in.length());
    return copy;
  }

  static void requireAtMost(long maxPixels, ImageHeader probed) throws RejectedException {
    if (probed.pixels() > maxPixels) {
      throw new RejectedException(
          Reason.TOO_MANY_PIXELS,
          "%d x %d pixels exceed decode.max-pixels (%d)"
              .formatted(probed.width(), probed.height(), maxPixels));
    }
  }

  static RejectedException corrupt(ImageHeader probed, CvException e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "");
    if (message.contains("Insufficient memory")) { // the machine's fault, not the image's
      throw new OutOfMemoryError("OpenCV: " + message);
    }
    return new RejectedException(
        Reason.CORRUPT_IMAGE,
        "the %s of %d x %d pixels could not be decoded: %s"
            .formatted(probed.format().label(), probed.width(), probed.height(), message.strip()));
  }
}
