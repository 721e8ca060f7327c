// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the operations of {@code PreProcess.transform_ops} with the meanings and defaults that
 * PaddleX gives them. PaddleX runs them in one fixed order whatever the file's; here a file that
 * names another order has a problem, so that none is silently reordered.
 */
final class TransformOps {

  private static final String RESIZE = "ResizeImage";
  private static final String CROP = "CropImage";
  private static final String NORMALIZE = "NormalizeImage";
  private static final String TO_CHW = "ToCHWImage";

  private static final List<String> ORDER = List.of(RESIZE, CROP, NORMALIZE, TO_CHW);
  private static final int MAX_SIDE = 16_384;
  private static final int DEFAULT_CROP = 224;
  private static final double DEFAULT_SCALE = 1 / 255.0;
  private static final List<Double> DEFAULT_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> DEFAULT_STD = List.of(0.229, 0.224, 0.225);

  // The names of PaddleX, then those of PaddleClas.
  private static final Map<String, Interpolation> INTERPOLATIONS =
      Map.of(
          "NEAREST", Interpolation.NEAREST,
          "LINEAR", Interpolation.LINEAR,
          "BICUBIC", Interpolation.CUBIC,
          "AREA", Interpolation.AREA,
          "LANCZOS4", Interpolation.LANCZOS4,
          "BILINEAR", Interpolation.LINEAR,
          "CUBIC", Interpolation.CUBIC,
          "LANCZOS", Interpolation.LANCZOS4);

  private record Size(int width, int height) {}

  private record Normalization(double scale, List<Double> mean, List<Double> std) {}

  private TransformOps() {}

  /**
   * Reads the operations as one preprocessing.
   *
   * @param list the value of {@code transform_ops}, for problems
   * @param operations by name, in the file's order
   * @return null where there was a problem
   */
  static @Nullable Preprocessing read(YamlValue list, Map<String, YamlValue> operations) {
    boolean sound = checkNamesAndOrder(list, operations);
    YamlValue resizeValue = operations.get(RESIZE);
    YamlValue cropValue = operations.get(CROP);
    YamlValue normalizeValue = operations.get(NORMALIZE);
    YamlValue toChwValue = operations.get(TO_CHW);
    if (toChwValue != null && !toChwValue.isNull()) {
      Map<String, YamlValue> fields = toChwValue.fields();
      sound &= fields != null && InferenceYaml.rejectUnknown(fields, Set.of());
    }
    Resize resize = resizeValue == null ? null : resize(resizeValue);
    Size crop = cropValue == null ? null : crop(cropValue);
    Normalization normalization =
        normalizeValue == null ? null : normalization(normalizeValue, chwFirst(operations));
    if (resizeValue == null || resize == null || (cropValue != null && crop == null)) {
      return null;
    }
    if (crop == null) {
      if (resize.shortSide() > 0) {
        resizeValue.problem(
            "with resize_short leaves images of different sizes: CropImage must follow");
        return null;
      }
      crop = new Size(resize.width(), resize.height());
    } else if (cropValue != null && !fits(crop, resize)) {
      cropValue.problem(
          "%d x %d (width x height) is larger than what ResizeImage leaves (%s)"
              .formatted(crop.width, crop.height, describe(resize)));
      return null;
    }
    if (normalization == null || !sound) {
      return null;
    }
    return new Preprocessing(
        resize,
        Crop.of(crop.width, crop.height),
        Channels.RGB,
        normalization.scale,
        normalization.mean,
        normalization.std);
  }

  private static boolean checkNamesAndOrder(YamlValue list, Map<String, YamlValue> operations) {
    boolean sound = true;
    for (Map.Entry<String, YamlValue> operation : operations.entrySet()) {
      if (!ORDER.contains(operation.getKey())) {
        operation
            .getValue()
            .problem("is not a known operation (known: " + String.join(", ", ORDER) + ")");
        sound = false;
      }
    }
    for (String needed : List.of(RESIZE, NORMALIZE, TO_CHW)) {
      if (!operations.containsKey(needed)) {
        list.problem("has no " + needed);
        sound = false;
      }
    }
    List<String> known = operations.keySet().stream().filter(ORDER::contains).toList();
    List<String> wanted = new ArrayList<>(ORDER);
    wanted.retainAll(known);
    if (chwFirst(operations)) {
      Collections.swap(wanted, wanted.indexOf(NORMALIZE), wanted.indexOf(TO_CHW));
    }
    if (!known.equals(wanted)) {
      list.problem(
          "must be in the order %s (got %s)"
              .formatted(String.join(", ", wanted), String.join(", ", known)));
      sound = false;
    }
    return sound;
  }

  private static boolean chwFirst(Map<String, YamlValue> operations) {
    List<String> names = List.copyOf(operations.keySet());
    int toChw = names.indexOf(TO_CHW);
    return toChw >= 0 && toChw < names.indexOf(NORMALIZE);
  }

  private static @Nullable Resize resize(YamlValue value) {
    Map<String, YamlValue> fields = value.fields();
    if (fields == null) {
      return null;
    }
    boolean sound =
        InferenceYaml.rejectUnknown(
            fields, Set.of("resize_short", "size", "interpolation", "backend"));
    sound &= checkBackend(given(fields, "backend"));
    Interpolation interpolation = interpolation(given(fields, "interpolation"));
    YamlValue shortSide = given(fields, "resize_short");
    YamlValue size = given(fields, "size");
    if ((shortSide == null) == (size == null)) {
      value.problem("must have resize_short or size" + (size == null ? "" : ", not both"));
      return null;
    }
    if (shortSide != null) {
      Integer side = shortSide.integer(1, MAX_SIDE);
      return side == null || interpolation == null || !sound
          ? null
          : Resize.toShortSide(side, interpolation);
    }
    Size both = size == null ? null : size(size);
    return both == null || interpolation == null || !sound
        ? null
        : Resize.toSize(both.width, both.height, interpolation);
  }

  private static boolean checkBackend(@Nullable YamlValue value) {
    if (value == null) {
      return true;
    }
    String backend = value.text();
    if (backend == null) {
      return false;
    }
    return switch (backend.toLowerCase(Locale.ROOT)) {
      case "cv2" -> true;
      case "pil" -> {
        value.problem(
            "'pil' is not supported yet: Pillow resizes by another rule than OpenCV, and the"
                + " model's answers would differ");
        yield false;
      }
      default -> {
        value.problem("must be cv2 (got " + value.describe() + ")");
        yield false;
      }
    };
  }

  private static @Nullable Interpolation interpolation(@Nullable YamlValue value) {
    if (value == null) {
      return Interpolation.LINEAR;
    }
    String name = value.text();
    if (name == null) {
      return null;
    }
    Interpolation interpolation = INTERPOLATIONS.get(name.toUpperCase(Locale.ROOT));
    if (interpolation == null) {
      value.problem(
          "must be one of NEAREST, LINEAR, BICUBIC, AREA, LANCZOS4 (got " + value.describe() + ")");
    }
    return interpolation;
  }

  private static @Nullable Size crop(YamlValue value) {
    if (value.isNull()) {
      return new Size(DEFAULT_CROP, DEFAULT_CROP);
    }
    Map<String, YamlValue> fields = value.fields();
    if (fields == null || !InferenceYaml.rejectUnknown(fields, Set.of("size"))) {
      return null;
    }
    YamlValue size = given(fields, "size");
    return size == null ? new Size(DEFAULT_CROP, DEFAULT_CROP) : size(size);
  }

  /** One side, or width and height in this order. */
  private static @Nullable Size size(YamlValue value) {
    if (!value.isList()) {
      Integer side = value.integer(1, MAX_SIDE);
      return side == null ? null : new Size(side, side);
    }
    List<YamlValue> items = value.items();
    if (items == null || items.size() != 2) {
      value.problem("must be one side, or a list of width and height");
      return null;
    }
    Integer width = items.get(0).integer(1, MAX_SIDE);
    Integer height = items.get(1).integer(1, MAX_SIDE);
    return width == null || height == null ? null : new Size(width, height);
  }

  private static @Nullable Normalization normalization(YamlValue value, boolean chwFirst) {
    if (value.isNull()) {
      return new Normalization(DEFAULT_SCALE, DEFAULT_MEAN, DEFAULT_STD);
    }
    Map<String, YamlValue> fields = value.fields();
    if (fields == null) {
      return null;
    }
    boolean sound =
        InferenceYaml.rejectUnknown(fields, Set.of("scale", "mean", "std", "order", "channel_num"));
    sound &= checkOrder(given(fields, "order"), value, chwFirst);
    YamlValue channels = given(fields, "channel_num");
    sound &= channels == null || channels.integer(3, 3) != null;
    YamlValue scaleValue = given(fields, "scale");
    Double scale = scaleValue == null ? Double.valueOf(DEFAULT_SCALE) : scaleValue.number();
    if (scaleValue != null && scale != null && scale == 0) {
      scaleValue.problem("must not be 0");
      sound = false;
    }
    List<Double> mean = threeNumbers(given(fields, "mean"), DEFAULT_MEAN);
    YamlValue stdValue = given(fields, "std");
    List<Double> std = threeNumbers(stdValue, DEFAULT_STD);
    if (stdValue != null && std != null && std.stream().anyMatch(deviation -> deviation == 0)) {
      stdValue.problem("must not hold a 0");
      sound = false;
    }
    return scale == null || mean == null || std == null || !sound
        ? null
        : new Normalization(scale, mean, std);
  }

  private static boolean checkOrder(
      @Nullable YamlValue value, YamlValue normalize, boolean chwFirst) {
    String order = value == null ? "" : value.text();
    if (order == null) {
      return false;
    }
    switch (order) {
      case "", "hwc" -> {
        if (chwFirst) {
          normalize.problem("has order '%s' but comes after ToCHWImage".formatted(order));
        }
        return !chwFirst;
      }
      case "chw" -> {
        if (!chwFirst) {
          normalize.problem("has order 'chw' but does not come after ToCHWImage");
        }
        return chwFirst;
      }
      default -> {
        (value == null ? normalize : value)
            .problem("must be '', hwc or chw (got '" + YamlValue.abbreviate(order) + "')");
        return false;
      }
    }
  }

  private static @Nullable List<Double> threeNumbers(
      @Nullable YamlValue value, List<Double> absent) {
    if (value == null) {
      return absent;
    }
    if (!value.isList()) {
      Double number = value.number();
      return number == null ? null : List.of(number, number, number);
    }
    List<YamlValue> items = value.items();
    if (items == null || items.size() != 3) {
      value.problem("must be one number, or a list of three: red, green, blue");
      return null;
    }
    List<Double> numbers = new ArrayList<>();
    for (YamlValue item : items) {
      Double number = item.number();
      if (number != null) {
        numbers.add(number);
      }
    }
    return numbers.size() == 3 ? numbers : null;
  }

  private static boolean fits(Size crop, Resize resize) {
    return resize.shortSide() > 0
        ? Math.max(crop.width, crop.height) <= resize.shortSide()
        : crop.width <= resize.width() && crop.height <= resize.height();
  }

  private static String describe(Resize resize) {
    return resize.shortSide() > 0
        ? "short side " + resize.shortSide()
        : resize.width() + " x " + resize.height();
  }

  /** Null where the key is absent or its value is null: both take the default. */
  private static @Nullable YamlValue given(Map<String, YamlValue> fields, String key) {
    YamlValue value = fields.get(key);
    return value == null || value.isNull() ? null : value;
  }
}
