// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

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
   * Decodes an image, of several frames the first, turned as the settings say, after its header was
   * checked: for what looks at few images, since it keeps no memory for the next.
   *
   * @throws RejectedException where it is no image, too large, or broken
   */
  public static DecodedImage of(byte[] encoded, DecodeSettings settings) throws RejectedException {
    ImageDecoder.loadNatives();
    HeaderReader in = new HeaderReader(encoded, 0, encoded.length);
    ImageHeader probed = PixelDecoder.probe(in, settings.maxPixels());
    return new DecodedImage(
        PixelDecoder.decode(in, probed, settings, () -> PixelDecoder.copyOf(in), null), probed);
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

  /** Width in pixels, as the image was turned. */
  public int width() {
    return pixels.cols();
  }

  /** Height in pixels, as the image was turned. */
  public int height() {
    return pixels.rows();
  }

  /** A copy of the pixels, {@code [height, width, 3]}: 8 bits each of blue, green and red. */
  public byte[] bgr() {
    byte[] bgr = new byte[Math.multiplyExact(3 * width(), height())];
    pixels.get(0, 0, bgr);
    return bgr;
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
