// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.opencv.core.CvException;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;

/**
 * The pixels of one decoded image, to be brought before a model in several ways without being
 * decoded again. Its memory is native; several threads may use it until its owner closes it.
 */
public final class DecodedImage implements AutoCloseable {

  private final Mat pixels;
  private final ImageHeader header;

  DecodedImage(Mat pixels, ImageHeader header) {
    this.pixels = pixels;
    this.header = header;
  }

  /**
   * Decodes a JPEG, PNG or WebP, turned as the settings say, after its header was checked: for what
   * looks at few images, since it keeps no memory for the next.
   *
   * @throws RejectedException where it is no image, too large, or broken
   */
  public static DecodedImage of(byte[] encoded, DecodeSettings settings) throws RejectedException {
    ImageDecoder.loadNatives();
    ImageHeader probed = ImageProbe.probe(encoded, 0, encoded.length);
    ImageDecoder.requireAtMost(settings.maxPixels(), probed);
    if (probed.format() == ImageFormat.PNG) {
      ImageProbe.requireWholePng(encoded, 0, encoded.length);
    }
    MatOfByte bytes = new MatOfByte(encoded);
    try {
      return new DecodedImage(
          ImageDecoder.decode(bytes, probed, settings.exifOrientation()), probed);
    } catch (CvException e) {
      throw ImageDecoder.corrupt(probed, e);
    } finally {
      bytes.release();
    }
  }

  /**
   * Pixels that somebody else has decoded. They are not copied: whoever gave them leaves them as
   * they are until this is closed, and may release them before.
   *
   * @param pixels 8 bits each of blue, green and red
   * @throws IllegalArgumentException where they are not
   */
  public static DecodedImage of(Mat pixels) {
    requirePixels(pixels);
    return new DecodedImage(
        pixels.submat(0, pixels.rows(), 0, pixels.cols()),
        new ImageHeader(ImageFormat.BGR, pixels.cols(), pixels.rows()));
  }

  /**
   * Says whether pixels can be taken as they are.
   *
   * @throws IllegalArgumentException where they are not rows of 8 bits each of blue, green and red
   */
  public static void requirePixels(Mat pixels) {
    if (pixels.empty() || pixels.dims() != 2 || pixels.type() != CvType.CV_8UC3) {
      throw new IllegalArgumentException(
          "a Mat must hold rows of 8 bits each of blue, green and red, %s (got %s of %s)"
              .formatted(
                  CvType.typeToString(CvType.CV_8UC3),
                  CvType.typeToString(pixels.type()),
                  pixels.empty() ? "no pixels" : sides(pixels)));
    }
  }

  private static String sides(Mat pixels) {
    return IntStream.range(0, pixels.dims())
        .mapToObj(i -> Integer.toString(pixels.size(i)))
        .collect(Collectors.joining(" x "));
  }

  /**
   * A copy of pixels in the heap.
   *
   * @param pixels {@code [height, width, 3]}: 8 bits each of blue, green and red
   */
  public static DecodedImage ofBgr(byte[] pixels, int width, int height) {
    ImageDecoder.loadNatives();
    Mat mat = new Mat(height, width, CvType.CV_8UC3);
    mat.put(0, 0, pixels);
    return new DecodedImage(mat, new ImageHeader(ImageFormat.BGR, width, height));
  }

  /** Size of the pixels in bytes. */
  public long bytes() {
    return pixels.total() * pixels.elemSize();
  }

  /** Another view of the same memory, which lives until the last of its views is released. */
  Mat view() {
    return pixels.submat(0, pixels.rows(), 0, pixels.cols());
  }

  /** The pixels, 8 bits each of blue, green and red; they live until this is closed. */
  Mat pixels() {
    return pixels;
  }

  ImageHeader header() {
    return header;
  }

  @Override
  public void close() {
    pixels.release();
  }
}
