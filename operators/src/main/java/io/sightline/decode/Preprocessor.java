// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/**
 * Resizes, crops and normalises one decoded image straight into a row. Not thread-safe.
 *
 * <p>Resizing stops where the crop ends: with its factors given instead of a size, OpenCV's linear
 * and cubic {@code resize} computes every pixel from the left and upper edge on, so that what lies
 * right of and below the crop need not be computed, and the rest is the same bit by bit.
 */
final class Preprocessor implements AutoCloseable {

  /** Source pixels that a kernel reaches beyond the last one it is centred on, generously. */
  private static final int KERNEL_MARGIN = 4;

  private final Preprocessing preprocessing;
  private final int interpolation;
  private final boolean stopsAtCrop;
  private final double[] alpha = new double[3];
  private final double[] beta = new double[3];
  private final Mat resized = new Mat();
  private final Mat channel = new Mat();

  Preprocessor(Preprocessing preprocessing) {
    this.preprocessing = preprocessing;
    Interpolation wanted = resize().interpolation();
    this.interpolation = codeOf(wanted);
    this.stopsAtCrop = wanted == Interpolation.LINEAR || wanted == Interpolation.CUBIC;
    for (int plane = 0; plane < 3; plane++) {
      double std = preprocessing.std().get(plane);
      alpha[plane] = preprocessing.scale() / std;
      beta[plane] = -preprocessing.mean().get(plane) / std;
    }
  }

  int rowBytes() {
    return 3 * Float.BYTES * preprocessing.width() * preprocessing.height();
  }

  RowPlanes planesOf(ByteBuffer row) {
    if (!row.isDirect() || row.capacity() != rowBytes()) {
      throw new IllegalArgumentException(
          "a row must be a direct buffer of %d bytes (got %d)"
              .formatted(rowBytes(), row.capacity()));
    }
    return new RowPlanes(row, preprocessing.width(), preprocessing.height());
  }

  /** Pixels of the image after its resize, whatever its orientation. */
  long resizedPixels(int width, int height) {
    return (long) resizedWidth(width, height) * resizedHeight(width, height);
  }

  void write(Mat image, RowPlanes row) {
    int width = resizedWidth(image.cols(), image.rows());
    int height = resizedHeight(image.cols(), image.rows());
    int left = Math.max(0, Math.floorDiv(width - preprocessing.width(), 2));
    int top = Math.max(0, Math.floorDiv(height - preprocessing.height(), 2));
    int right = left + preprocessing.width();
    int bottom = top + preprocessing.height();

    resize(image, width, height, right, bottom);
    if (resized.cols() < right || resized.rows() < bottom) {
      throw new ReallocatedRowError(
          "the resized image of %d x %d pixels ends before its crop at %d x %d"
              .formatted(resized.cols(), resized.rows(), right, bottom));
    }
    Mat crop = resized.submat(top, bottom, left, right);
    try {
      for (int plane = 0; plane < 3; plane++) {
        Core.extractChannel(crop, channel, 2 - plane); // the image is BGR, the row RGB
        channel.convertTo(row.plane(plane), CvType.CV_32F, alpha[plane], beta[plane]);
        if (!row.isInPlace(plane)) {
          throw new ReallocatedRowError(
              "plane %d of the row was reallocated: the channel has %d x %d pixels"
                  .formatted(plane, channel.cols(), channel.rows()));
        }
      }
    } finally {
      crop.release();
    }
  }

  private void resize(Mat image, int width, int height, int right, int bottom) {
    double scaleX = (double) width / image.cols();
    double scaleY = (double) height / image.rows();
    int sourceWidth = sourceSide(right, scaleX, image.cols());
    int sourceHeight = sourceSide(bottom, scaleY, image.rows());
    if (!stopsAtCrop || (sourceWidth == image.cols() && sourceHeight == image.rows())) {
      Imgproc.resize(image, resized, new Size(width, height), 0, 0, interpolation);
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

  private int resizedWidth(int width, int height) {
    Resize resize = resize();
    return resize.shortSide() == 0 ? resize.width() : scaledSide(width, Math.min(width, height));
  }

  private int resizedHeight(int width, int height) {
    Resize resize = resize();
    return resize.shortSide() == 0 ? resize.height() : scaledSide(height, Math.min(width, height));
  }

  /** PaddleX's {@code int(round(side * (resize_short / short_side)))}: half to even. */
  private int scaledSide(int side, int shortSide) {
    return (int) Math.rint(side * ((double) resize().shortSide() / shortSide));
  }

  private Resize resize() {
    return Objects.requireNonNull(preprocessing.resize());
  }

  private static int codeOf(Interpolation interpolation) {
    return switch (interpolation) {
      case NEAREST -> Imgproc.INTER_NEAREST;
      case LINEAR -> Imgproc.INTER_LINEAR;
      case CUBIC -> Imgproc.INTER_CUBIC;
      case AREA -> Imgproc.INTER_AREA;
      case LANCZOS4 -> Imgproc.INTER_LANCZOS4;
      default -> throw new UnsupportedOperationException(interpolation.name());
    };
  }

  @Override
  public void close() {
    resized.release();
    channel.release();
  }
}
