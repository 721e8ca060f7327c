// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Origin;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.Preprocessing.Rounding;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code preprocess} of {@code sightline.yml}. */
final class PlainPreprocess {

  private PlainPreprocess() {}

  /** Null after a problem. */
  static @Nullable Preprocessing read(YamlValue section) {
    Map<String, YamlValue> fields = section.fields();
    if (fields == null) {
      return null;
    }
    boolean sound =
        YamlValue.rejectUnknown(
            fields, Set.of("resize", "crop", "channels", "scale", "mean", "std"));
    for (String key : List.of("scale", "mean", "std")) {
      if (YamlValue.given(fields, key) == null) {
        section.problem("must have " + key);
        sound = false;
      }
    }
    YamlValue resizeValue = YamlValue.given(fields, "resize");
    YamlValue cropValue = YamlValue.given(fields, "crop");
    Resize resize = resizeValue == null ? null : resize(resizeValue);
    Crop crop = cropValue == null ? null : crop(cropValue);
    Channels channels = constant(fields, "channels", Channels.RGB);
    Normalization normalization =
        channels == null ? null : Normalization.read(fields, channels.count(), none(channels));
    if (cropValue == null && resizeValue == null) {
      section.problem("must have resize, crop, or both: images have to become one size");
      return null;
    }
    if (cropValue == null && resize != null) {
      if (resize.shortSide() > 0) {
        section.problem("must have crop, too: short-side leaves images of different sizes");
        return null;
      }
      crop = Crop.of(resize.width(), resize.height());
    }
    if (!sound
        || crop == null
        || (resizeValue != null && resize == null)
        || channels == null
        || normalization == null) {
      return null;
    }
    return new Preprocessing(
        resize, crop, channels, normalization.scale(), normalization.mean(), normalization.std());
  }

  private static Normalization none(Channels channels) {
    Double[] zeros = new Double[channels.count()];
    Arrays.fill(zeros, 0.0);
    Double[] ones = new Double[channels.count()];
    Arrays.fill(ones, 1.0);
    return new Normalization(1, List.of(zeros), List.of(ones));
  }

  private static @Nullable Resize resize(YamlValue value) {
    Map<String, YamlValue> fields = value.fields();
    if (fields == null) {
      return null;
    }
    boolean sound =
        YamlValue.rejectUnknown(
            fields, Set.of("short-side", "size", "interpolation", "backend", "rounding"));
    for (String key : List.of("interpolation", "backend")) {
      if (YamlValue.given(fields, key) == null) {
        value.problem("must have " + key);
        sound = false;
      }
    }
    Interpolation interpolation =
        Interpolations.read(
            YamlValue.given(fields, "backend"), YamlValue.given(fields, "interpolation"), value);
    Rounding rounding = constant(fields, "rounding", Rounding.HALF_EVEN);
    YamlValue shortSide = YamlValue.given(fields, "short-side");
    YamlValue size = YamlValue.given(fields, "size");
    if ((shortSide == null) == (size == null)) {
      value.problem("must have short-side or size" + (size == null ? "" : ", not both"));
      return null;
    }
    Integer side = shortSide == null ? null : shortSide.side();
    ImageSize both = size == null ? null : ImageSize.read(size);
    if (!sound || interpolation == null || rounding == null) {
      return null;
    }
    if (side != null) {
      return new Resize(side, 0, 0, rounding, interpolation);
    }
    return both == null ? null : Resize.toSize(both.width(), both.height(), interpolation);
  }

  private static @Nullable Crop crop(YamlValue value) {
    Map<String, YamlValue> fields = value.isMapping() ? value.fields() : Map.of("size", value);
    if (fields == null || !YamlValue.rejectUnknown(fields, Set.of("size", "origin"))) {
      return null;
    }
    YamlValue sizeValue = YamlValue.given(fields, "size");
    if (sizeValue == null) {
      value.problem("must have size");
      return null;
    }
    ImageSize size = ImageSize.read(sizeValue);
    Origin origin = constant(fields, "origin", Origin.FLOOR);
    return size == null || origin == null ? null : new Crop(size.width(), size.height(), origin);
  }

  /** A constant by its name in kebab-case; null after a problem. */
  private static <E extends Enum<E>> @Nullable E constant(
      Map<String, YamlValue> fields, String key, E absent) {
    YamlValue value = YamlValue.given(fields, key);
    if (value == null) {
      return absent;
    }
    String name = value.text();
    if (name == null) {
      return null;
    }
    E[] constants = absent.getDeclaringClass().getEnumConstants();
    for (E constant : constants) {
      if (name(constant).equals(name)) {
        return constant;
      }
    }
    value.problem(
        "must be %s (got %s)"
            .formatted(
                Arrays.stream(constants)
                    .map(PlainPreprocess::name)
                    .collect(Collectors.joining(" or ")),
                value.describe()));
    return null;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
