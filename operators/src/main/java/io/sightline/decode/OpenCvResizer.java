// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.Preprocessing.Interpolation;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/**
 * OpenCV's {@code resize}; an image that has its size already is cropped as it is. Not thread-safe.
 *
 * <p>Resizing stops where the crop ends: with its factors given instead of a size, OpenCV's linear
 * and cubic {@code resize} computes every pixel from the left and upper edge on, so that what lies
 * below the crop (and, where it is linear, right of it) need not be computed, and the rest is the
 * same bit by bit.
 */
final class OpenCvResizer implements Resizer {

  private final int width;
  private final int height;
  private final int interpolation;

  /** Source pixels that a kernel reaches beyond the one at its centre or before it; 0 for all. */
  private final int reach;

  private final boolean grey;
  private final Mat greyImage = new Mat();
  private final Mat resized = new Mat();

  /**
   * A resizer to one size of crop.
   *
   * @param width of the crop
   * @param height of the crop
   * @param grey whether the image is made grey before it is resized
   */
  OpenCvResizer(Interpolation interpolation, int width, int height, boolean grey) {
    this.width = width;
    this.height = height;
    this.interpolation = codeOf(interpolation);
    this.reach = reachOf(interpolation);
    this.grey = grey;
  }

  @Override
  public int sourceRows(int imageHeight, Placement placement) {
    return sourceSide(placement.top() + height, placement.height(), imageHeight);
  }

  @Override
  public Mat crop(Mat image, int imageHeight, Placement placement) {
    if (!grey) {
      return cropOf(image, imageHeight, placement);
    }
    Imgproc.cvtColor(image, greyImage, Imgproc.COLOR_BGR2GRAY);
    return cropOf(greyImage, imageHeight, placement);
  }

  private Mat cropOf(Mat image, int imageHeight, Placement placement) {
    int right = placement.left() + width;
    int bottom = placement.top() + height;
    Mat whole = image;
    if (placement.width() != image.cols() || placement.height() != imageHeight) {
      resize(image, imageHeight, placement, right);
      whole = resized;
    }
    if (whole.cols() < right || whole.rows() < bottom) {
      throw new ReallocatedRowError(
          "the resized image of %d x %d pixels ends before its crop at %d x %d"
              .formatted(whole.cols(), whole.rows(), right, bottom));
    }
    return whole.submat(placement.top(), bottom, placement.left(), right);
  }

  private void resize(Mat image, int imageHeight, Placement placement, int right) {
    // The cubic resize rounds the last pixels of a row, too few for a vector, in its own way.
    int sourceWidth =
        interpolation == Imgproc.INTER_LINEAR
            ? sourceSide(right, placement.width(), image.cols())
            : image.cols();
    int sourceHeight = sourceRows(imageHeight, placement);
    if (sourceWidth == image.cols() && sourceHeight == imageHeight) {
      Size size = new Size(placement.width(), placement.height());
      Imgproc.resize(image, resized, size, 0, 0, interpolation);
      return;
    }
    double scaleX = (double) placement.width() / image.cols();
    double scaleY = (double) placement.height() / imageHeight;
    Mat needed = image.submat(0, sourceHeight, 0, sourceWidth);
    Imgproc.resize(needed, resized, new Size(), scaleX, scaleY, interpolation);
    needed.release();
  }

  /** Source pixels of an axis, from the first on, that its resized pixels up to an end need. */
  private int sourceSide(int resizedEnd, int resizedSide, int side) {
    if (reach == 0) {
      return side;
    }
    // Where OpenCV's float32 rounds this up to a whole pixel, that one has all of the weight.
    double centre = (resizedEnd - 0.5) * side / resizedSide - 0.5;
    return (int) Math.min(side, Math.floor(centre) + reach + 1);
  }

  private static int reachOf(Interpolation interpolation) {
    return switch (interpolation) {
      case LINEAR -> 1;
      case CUBIC -> 2;
      default -> 0;
    };
  }

  private static int codeOf(Interpolation interpolation) {
    return switch (interpolation) {
      case NEAREST -> Imgproc.INTER_NEAREST;
      case LINEAR -> Imgproc.INTER_LINEAR;
      case CUBIC -> Imgproc.INTER_CUBIC;
      case AREA -> Imgproc.INTER_AREA;
      case LANCZOS4 -> Imgproc.INTER_LANCZOS4;
      default -> throw new IllegalArgumentException(interpolation + " is not OpenCV's");
    };
  }

  @Override
  public void close() {
    greyImage.release();
    resized.release();
  }
}
