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
 * right of and below the crop need not be computed, and the rest is the same bit by bit.
 */
final class OpenCvResizer implements Resizer {

  /** Source pixels that a kernel reaches beyond the last one it is centred on, generously. */
  private static final int KERNEL_MARGIN = 4;

  private final int width;
  private final int height;
  private final int interpolation;
  private final boolean stopsAtCrop;
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
    this.stopsAtCrop =
        interpolation == Interpolation.LINEAR || interpolation == Interpolation.CUBIC;
    this.grey = grey;
  }

  @Override
  public Mat crop(Mat image, Placement placement) {
    if (!grey) {
      return cropOf(image, placement);
    }
    Imgproc.cvtColor(image, greyImage, Imgproc.COLOR_BGR2GRAY);
    return cropOf(greyImage, placement);
  }

  private Mat cropOf(Mat image, Placement placement) {
    int right = placement.left() + width;
    int bottom = placement.top() + height;
    Mat whole = image;
    if (placement.width() != image.cols() || placement.height() != image.rows()) {
      resize(image, placement, right, bottom);
      whole = resized;
    }
    if (whole.cols() < right || whole.rows() < bottom) {
      throw new ReallocatedRowError(
          "the resized image of %d x %d pixels ends before its crop at %d x %d"
              .formatted(whole.cols(), whole.rows(), right, bottom));
    }
    return whole.submat(placement.top(), bottom, placement.left(), right);
  }

  private void resize(Mat image, Placement placement, int right, int bottom) {
    double scaleX = (double) placement.width() / image.cols();
    double scaleY = (double) placement.height() / image.rows();
    int sourceWidth = sourceSide(right, scaleX, image.cols());
    int sourceHeight = sourceSide(bottom, scaleY, image.rows());
    if (!stopsAtCrop || (sourceWidth == image.cols() && sourceHeight == image.rows())) {
      Size size = new Size(placement.width(), placement.height());
      Imgproc.resize(image, resized, size, 0, 0, interpolation);
      return;
    }
    Mat needed = image.submat(0, sourceHeight, 0, sourceWidth);
    Imgproc.resize(needed, resized, new Size(), scaleX, scaleY, interpolation);
    needed.release();
  }

  private static int sourceSide(int resizedEnd, double scale, int side) {
    double needed = Math.ceil((resizedEnd + 1) / scale) + KERNEL_MARGIN;
    return (int) Math.min(side, needed);
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
