// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.config.DecodeSettings.SmallImages;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.Preprocessing.Rounding;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import org.jspecify.annotations.Nullable;

/** The sizes of a {@link Preprocessing}, and what becomes of too large and too small images. */
public final class Geometry {

  private final @Nullable Resize resize;
  private final Crop crop;
  private final SmallImages smallImages;
  private final long maxPixels;

  public Geometry(Preprocessing preprocessing, DecodeSettings settings) {
    this.resize = preprocessing.resize();
    this.crop = preprocessing.crop();
    this.smallImages = settings.smallImages();
    this.maxPixels = settings.maxPixels();
  }

  /**
   * Where the crop lies of an image of a size, in pixels, its orientation applied. The crop is
   * always within the resized image.
   *
   * @throws RejectedException where the image is smaller than the crop, or becomes too large
   */
  public Placement place(int width, int height) throws RejectedException {
    int resizedWidth = resizedWidth(width, height);
    int resizedHeight = resizedHeight(width, height);
    if (resizedWidth < crop.width() || resizedHeight < crop.height()) {
      if (smallImages == SmallImages.REJECT) {
        throw tooSmall(width, height, resizedWidth, resizedHeight);
      }
      double factor =
          Math.max((double) crop.width() / resizedWidth, (double) crop.height() / resizedHeight);
      resizedWidth = enlarged(resizedWidth, factor, crop.width());
      resizedHeight = enlarged(resizedHeight, factor, crop.height());
    }
    Placement placement =
        new Placement(
            resizedWidth,
            resizedHeight,
            origin(resizedWidth - crop.width()),
            origin(resizedHeight - crop.height()));
    if (placement.pixels() > maxPixels) { // a line one pixel high grows without bound
      throw new RejectedException(
          Reason.TOO_MANY_PIXELS,
          "%d x %d pixels would be resized to %d, which exceed decode.max-pixels (%d)"
              .formatted(width, height, placement.pixels(), maxPixels));
    }
    return placement;
  }

  private RejectedException tooSmall(int width, int height, int resizedWidth, int resizedHeight) {
    String resized =
        width == resizedWidth && height == resizedHeight
            ? ""
            : ", resized to %d x %d,".formatted(resizedWidth, resizedHeight);
    return new RejectedException(
        Reason.IMAGE_TOO_SMALL,
        ("the image of %d x %d pixels%s is smaller than the crop of %d x %d;"
                + " decode.small-images: upscale would enlarge it")
            .formatted(width, height, resized, crop.width(), crop.height()));
  }

  private int resizedWidth(int width, int height) {
    if (resize == null) {
      return width;
    }
    return resize.shortSide() == 0
        ? resize.width()
        : scaled(resize, width, Math.min(width, height));
  }

  private int resizedHeight(int width, int height) {
    if (resize == null) {
      return height;
    }
    return resize.shortSide() == 0
        ? resize.height()
        : scaled(resize, height, Math.min(width, height));
  }

  private static int scaled(Resize resize, int side, int shorter) {
    return switch (resize.rounding()) {
      case HALF_EVEN -> (int) Math.rint(side * ((double) resize.shortSide() / shorter));
      case TRUNCATE ->
          (int) Math.min(Integer.MAX_VALUE, (long) resize.shortSide() * side / shorter);
    };
  }

  /** A side enlarged by the same rounding as it was resized, and never below the crop. */
  private int enlarged(int side, double factor, int cropSide) {
    boolean truncate = resize != null && resize.rounding() == Rounding.TRUNCATE;
    return Math.max(cropSide, (int) (truncate ? side * factor : Math.rint(side * factor)));
  }

  private int origin(int difference) {
    return switch (crop.origin()) {
      case FLOOR -> difference / 2;
      case HALF_EVEN -> (int) Math.rint(difference / 2.0);
    };
  }
}
