// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.testing.TestImages;
import org.opencv.core.Mat;
import org.opencv.core.Rect;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/**
 * Preprocessing as one writes it down first: decode, resize the whole, crop, and convert pixel by
 * pixel in Java.
 */
final class ReferenceChain {

  private ReferenceChain() {}

  static float[] run(byte[] bytes, Preprocessing preprocessing) {
    return normalise(crop(TestImages.decode(bytes), preprocessing), preprocessing);
  }

  /** The resized and cropped image, in the order blue, green, red. */
  static Mat crop(Mat image, Preprocessing preprocessing) {
    Resize resize = preprocessing.resize();
    int width = resize.width();
    int height = resize.height();
    if (resize.shortSide() > 0) {
      double factor = (double) resize.shortSide() / Math.min(image.cols(), image.rows());
      width = (int) Math.rint(image.cols() * factor);
      height = (int) Math.rint(image.rows() * factor);
    }
    Mat resized = new Mat();
    Imgproc.resize(image, resized, new Size(width, height), 0, 0, code(resize.interpolation()));
    int left = Math.max(0, (width - preprocessing.width()) / 2);
    int top = Math.max(0, (height - preprocessing.height()) / 2);
    return resized
        .submat(new Rect(left, top, preprocessing.width(), preprocessing.height()))
        .clone();
  }

  /**
   * Computes {@code pixel * alpha + beta} as {@code convertTo} does: both factors and the product
   * in float32, in one rounding where the processor fuses them.
   */
  static float[] normalise(Mat crop, Preprocessing preprocessing) {
    int pixels = crop.cols() * crop.rows();
    byte[] bgr = new byte[3 * pixels];
    crop.get(0, 0, bgr);
    float[] planes = new float[3 * pixels];
    for (int plane = 0; plane < 3; plane++) {
      double std = preprocessing.std().get(plane);
      double mean = preprocessing.mean().get(plane);
      float[] converted = new float[256];
      for (int value = 0; value < 256; value++) {
        converted[value] =
            Math.fma(value, (float) (preprocessing.scale() / std), (float) (-mean / std));
      }
      for (int i = 0; i < pixels; i++) {
        planes[plane * pixels + i] = converted[bgr[3 * i + 2 - plane] & 0xFF];
      }
    }
    return planes;
  }

  private static int code(Interpolation interpolation) {
    return switch (interpolation) {
      case NEAREST -> Imgproc.INTER_NEAREST;
      case LINEAR -> Imgproc.INTER_LINEAR;
      case CUBIC -> Imgproc.INTER_CUBIC;
      case AREA -> Imgproc.INTER_AREA;
      case LANCZOS4 -> Imgproc.INTER_LANCZOS4;
      default -> throw new IllegalArgumentException(interpolation + " is not OpenCV's");
    };
  }
}
