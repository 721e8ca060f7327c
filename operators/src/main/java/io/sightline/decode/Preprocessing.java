// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import java.io.Serializable;
import java.util.List;

/**
 * What is done to a decoded image before a model sees it: resize, centre crop, normalise.
 * Immutable.
 *
 * <p>The result is RGB, planar {@code [3, H, W]}, float32: {@code (pixel * scale - mean) / std} a
 * channel. Sizes and positions follow PaddleX's {@code ResizeImage} and {@code CropImage}: a
 * resized side is rounded half-to-even, and the crop starts at {@code max(0, (side - crop) / 2)},
 * rounded down.
 *
 * @param resize how the image is brought to size
 * @param cropWidth width of the centre crop in pixels; the resized width where nothing is cropped
 * @param cropHeight height of the centre crop in pixels
 * @param scale factor of the pixel values 0..255, commonly 1/255
 * @param mean of the scaled values, for red, green, blue
 * @param std of the scaled values, for red, green, blue; none is zero
 */
public record Preprocessing(
    Resize resize, int cropWidth, int cropHeight, double scale, List<Double> mean, List<Double> std)
    implements Serializable {

  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (cropWidth < 1 || cropHeight < 1) {
      throw new IllegalArgumentException(
          "crop must be at least 1 x 1 (got " + cropWidth + " x " + cropHeight + ")");
    }
    if (mean.size() != 3 || std.size() != 3 || std.contains(0.0)) {
      throw new IllegalArgumentException(
          "mean and std must have 3 values, none of std zero (got " + mean + " and " + std + ")");
    }
  }

  /**
   * How an image is brought to size: its short side to {@code shortSide}, or both sides to {@code
   * width} and {@code height} without regard to their ratio. The one that does not apply is 0.
   */
  public record Resize(int shortSide, int width, int height, Interpolation interpolation)
      implements Serializable {

    public Resize {
      boolean toShortSide = shortSide > 0 && width == 0 && height == 0;
      boolean toSize = shortSide == 0 && width > 0 && height > 0;
      if (!toShortSide && !toSize) {
        throw new IllegalArgumentException(
            "resize needs a short side or a width and a height (got %d, %d, %d)"
                .formatted(shortSide, width, height));
      }
    }

    public static Resize toShortSide(int shortSide, Interpolation interpolation) {
      return new Resize(shortSide, 0, 0, interpolation);
    }

    public static Resize toSize(int width, int height, Interpolation interpolation) {
      return new Resize(0, width, height, interpolation);
    }
  }

  /** OpenCV's interpolations, by PaddleX's names. */
  public enum Interpolation {
    NEAREST,
    LINEAR,
    CUBIC,
    AREA,
    LANCZOS4
  }
}
