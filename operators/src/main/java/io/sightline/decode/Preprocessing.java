// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a decoded image before a model sees it: resize, centre crop, normalise.
 * Immutable.
 *
 * <p>A value of the result is {@code (pixel * scale - mean) / std} of its channel; its layout and
 * type are those of a {@link RowFormat}.
 *
 * @param resize how the image is brought to size; null where it is cropped as it is
 * @param crop the part of the resized image that the model sees
 * @param channels the model's channels and their order
 * @param scale factor of the pixel values 0..255, commonly 1/255
 * @param mean of the scaled values, one a channel, in the order of {@code channels}
 * @param std of the scaled values, one a channel; none is zero
 */
public record Preprocessing(
    @Nullable Resize resize,
    Crop crop,
    Channels channels,
    double scale,
    List<Double> mean,
    List<Double> std)
    implements Serializable {

  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != channels.count() || std.size() != channels.count() || std.contains(0.0)) {
      throw new IllegalArgumentException(
          "mean and std must have %d values, none of std zero (got %s and %s)"
              .formatted(channels.count(), mean, std));
    }
  }

  /** Width in pixels of what the model sees. */
  public int width() {
    return crop.width();
  }

  /** Height in pixels of what the model sees. */
  public int height() {
    return crop.height();
  }

  /** Values of one image: channels times height times width. */
  public int values() {
    return Math.multiplyExact(channels.count(), Math.multiplyExact(width(), height()));
  }

  /**
   * How an image is brought to size: its short side to {@code shortSide}, or both sides to {@code
   * width} and {@code height} without regard to their ratio. The one that does not apply is 0.
   *
   * @param rounding how the longer side follows from the short one
   */
  public record Resize(
      int shortSide, int width, int height, Rounding rounding, Interpolation interpolation)
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

    /** To a short side, the longer one by PaddleX's rule. */
    public static Resize toShortSide(int shortSide, Interpolation interpolation) {
      return new Resize(shortSide, 0, 0, Rounding.HALF_EVEN, interpolation);
    }

    public static Resize toSize(int width, int height, Interpolation interpolation) {
      return new Resize(0, width, height, Rounding.HALF_EVEN, interpolation);
    }
  }

  /** How the longer side of a resized image is made a whole number of pixels. */
  public enum Rounding {
    /**
     * {@code round(side * (short_side / shorter))}, half to even: PaddleX's {@code ResizeImage}.
     */
    HALF_EVEN,
    /**
     * {@code int(short_side * longer / shorter)}, the fraction cut off: torchvision's {@code
     * Resize}, which Hugging Face's and timm's preprocessing follow.
     */
    TRUNCATE
  }

  /**
   * The part of the resized image that the model sees, around its centre.
   *
   * @param origin how the left and upper edges are made a whole number of pixels
   */
  public record Crop(int width, int height, Origin origin) implements Serializable {

    public Crop {
      if (width < 1 || height < 1) {
        throw new IllegalArgumentException(
            "crop must be at least 1 x 1 (got " + width + " x " + height + ")");
      }
    }

    /** A crop whose origin follows PaddleX's rule. */
    public static Crop of(int width, int height) {
      return new Crop(width, height, Origin.FLOOR);
    }
  }

  /** How the edge of a centre crop is made a whole number of pixels. */
  public enum Origin {
    /** {@code (side - crop) // 2}: PaddleX's {@code CropImage}, and Hugging Face's. */
    FLOOR,
    /**
     * {@code round((side - crop) / 2)}, half to even: torchvision's {@code CenterCrop}, and timm's.
     */
    HALF_EVEN
  }

  /** The channels of a model's input, in their order. */
  public enum Channels {
    RGB(3),
    BGR(3),
    /** One channel of luma: OpenCV's or Pillow's weights, as {@link Interpolation#isPillow}. */
    GRAY(1);

    private final int count;

    Channels(int count) {
      this.count = count;
    }

    public int count() {
      return count;
    }
  }

  /** A library's way to compute the pixels of a resized image. */
  public enum Interpolation {
    // OpenCV's, by PaddleX's names.
    NEAREST,
    LINEAR,
    CUBIC,
    AREA,
    LANCZOS4,
    // Pillow's, which are antialiased where an image shrinks.
    PIL_NEAREST,
    PIL_BOX,
    PIL_BILINEAR,
    PIL_HAMMING,
    PIL_BICUBIC,
    PIL_LANCZOS;

    /** Whether this is Pillow's {@code resize}, and not OpenCV's. */
    public boolean isPillow() {
      return name().startsWith("PIL_");
    }
  }
}
