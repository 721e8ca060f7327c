// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says in which way two setups differ. */
final class Differences {

  private Differences() {}

  /** What another setup has, and what is configured instead: a part of a sentence each. */
  static List<String> of(Setup configured, Setup other) {
    Preprocessing is = configured.preprocessing();
    Preprocessing would = other.preprocessing();
    List<String> differences = new ArrayList<>();
    if (is.channels() != would.channels()) {
      differences.add("channels %s (are %s)".formatted(would.channels(), is.channels()));
    }
    if (is.scale() != would.scale()) {
      differences.add("scale %s (is %s)".formatted(scale(would.scale()), scale(is.scale())));
    }
    if (!is.mean().equals(would.mean())) {
      differences.add("mean %s (is %s)".formatted(would.mean(), is.mean()));
    }
    if (!is.std().equals(would.std())) {
      differences.add("std %s (is %s)".formatted(would.std(), is.std()));
    }
    if (!sameSize(is.resize(), would.resize())) {
      differences.add("resize to %s (is %s)".formatted(size(would.resize()), size(is.resize())));
    }
    if (interpolation(is) != interpolation(would) && is.resize() != null) {
      differences.add(
          "interpolation %s (is %s)"
              .formatted(name(interpolation(would)), name(interpolation(is))));
    }
    if (configured.exifOrientation() != other.exifOrientation()) {
      differences.add(
          other.exifOrientation()
              ? "EXIF orientation applied (is ignored)"
              : "EXIF orientation ignored (is applied)");
    }
    return differences;
  }

  static String scale(double scale) {
    return Math.abs(scale * 255 - 1) < 1e-6 ? "1/255" : String.valueOf(scale);
  }

  static boolean sameSize(@Nullable Resize one, @Nullable Resize other) {
    if (one == null || other == null) {
      return Objects.equals(one, other);
    }
    return one.shortSide() == other.shortSide()
        && one.width() == other.width()
        && one.height() == other.height();
  }

  private static String size(@Nullable Resize resize) {
    if (resize == null) {
      return "nothing: cropped as it is";
    }
    return resize.shortSide() > 0
        ? "a short side of " + resize.shortSide()
        : "%d x %d whatever the ratio".formatted(resize.width(), resize.height());
  }

  private static @Nullable Interpolation interpolation(Preprocessing preprocessing) {
    Resize resize = preprocessing.resize();
    return resize == null ? null : resize.interpolation();
  }

  /** {@code linear by OpenCV}. */
  private static String name(@Nullable Interpolation interpolation) {
    Interpolation named = Objects.requireNonNull(interpolation);
    String name = named.name().toLowerCase(Locale.ROOT);
    return named.isPillow() ? name.substring("pil_".length()) + " by Pillow" : name + " by OpenCV";
  }
}
