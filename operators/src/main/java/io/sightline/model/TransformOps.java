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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the operations of {@code PreProcess.transform_ops} with the meanings and defaults that
 * PaddleX gives them. PaddleX runs them in one fixed order whatever the file's; here a file that
 * names another order has a problem, so that none is silently reordered.
 */
final class TransformOps {

  private static final String DECODE = "DecodeImage";
  private static final String RESIZE = "ResizeImage";
  private static final String CROP = "CropImage";
  private static final String NORMALIZE = "NormalizeImage";
  private static final String TO_CHW = "ToCHWImage";

  private static final List<String> ORDER = List.of(DECODE, RESIZE, CROP, NORMALIZE, TO_CHW);
  private static final int DEFAULT_CROP = 224;
  private static final Normalization DEFAULT_NORMALIZATION =
      new Normalization(1 / 255.0, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

  private TransformOps() {}

  /**
   * Reads the operations as one preprocessing.
   *
   * @param list the value of {@code transform_ops}, for problems
   * @param operations by name, in the file's order
   * @return null where there was a problem
   */
  static @Nullable Preprocessing read(
      YamlValue list, Map<String, YamlValue> operations, List<String> warnings) {
    boolean sound = checkNamesAndOrder(list, operations);
    YamlValue resizeValue = operations.get(RESIZE);
    YamlValue cropValue = operations.get(CROP);
    YamlValue normalizeValue = operations.get(NORMALIZE);
    YamlValue toChwValue = operations.get(TO_CHW);
    if (toChwValue != null && !toChwValue.isNull()) {
      Map<String, YamlValue> fields = toChwValue.fields();
      sound &= fields != null && YamlValue.rejectUnknown(fields, Set.of());
    }
    Channels channels = channels(operations.get(DECODE));
    Resize resize = resizeValue == null ? null : resize(resizeValue);
    ImageSize crop = cropValue == null ? null : crop(cropValue);
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
      crop = new ImageSize(resize.width(), resize.height());
    } else {
      warnOfSmallImages(crop, resize, warnings);
    }
    if (normalization == null || channels == null || !sound) {
      return null;
    }
    return new Preprocessing(
        resize,
        Crop.of(crop.width(), crop.height()),
        channels,
        normalization.scale(),
        normalization.mean(),
        normalization.std());
  }

  /** PaddleX raises an error for each image that is smaller than the crop. */
  private static void warnOfSmallImages(ImageSize crop, Resize resize, List<String> warnings) {
    boolean toShort = resize.shortSide() > 0;
    int width = toShort ? resize.shortSide() : resize.width();
    int height = toShort ? resize.shortSide() : resize.height();
    if (crop.width() <= width && crop.height() <= height) {
      return;
    }
    boolean some = toShort && Math.min(crop.width(), crop.height()) <= resize.shortSide();
    warnings.add(
        "%s: CropImage takes %s (width x height) of an image that ResizeImage brings to %s: %s is too small for it, and decode.small-images says what becomes of it"
            .formatted(
                InferenceYaml.FILE,
                crop,
                toShort ? "a short side of " + resize.shortSide() : width + " x " + height,
                some ? "many an image" : "every image"));
  }

  /** PaddleX leaves {@code DecodeImage} out of what it exports; PaddleClas does not. */
  private static @Nullable Channels channels(@Nullable YamlValue decode) {
    if (decode == null || decode.isNull()) {
      return Channels.RGB;
    }
    Map<String, YamlValue> fields = decode.fields();
    if (fields == null
        || !YamlValue.rejectUnknown(
            fields, Set.of("to_rgb", "to_np", "channel_first", "backend"))) {
      return null;
    }
    Boolean toRgb = YamlValue.flag(fields, "to_rgb", true);
    Boolean channelFirst = YamlValue.flag(fields, "channel_first", false);
    if (Boolean.TRUE.equals(channelFirst)) {
      decode.problem("must not have channel_first: ToCHWImage is what moves the channels");
      return null;
    }
    return toRgb == null || channelFirst == null ? null : toRgb ? Channels.RGB : Channels.BGR;
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
        YamlValue.rejectUnknown(fields, Set.of("resize_short", "size", "interpolation", "backend"));
    Interpolation interpolation =
        Interpolations.read(
            YamlValue.given(fields, "backend"), YamlValue.given(fields, "interpolation"), value);
    YamlValue shortSide = YamlValue.given(fields, "resize_short");
    YamlValue size = YamlValue.given(fields, "size");
    if ((shortSide == null) == (size == null)) {
      value.problem("must have resize_short or size" + (size == null ? "" : ", not both"));
      return null;
    }
    if (shortSide != null) {
      Integer side = shortSide.side();
      return side == null || interpolation == null || !sound
          ? null
          : Resize.toShortSide(side, interpolation);
    }
    ImageSize both = size == null ? null : ImageSize.read(size);
    return both == null || interpolation == null || !sound
        ? null
        : Resize.toSize(both.width(), both.height(), interpolation);
  }

  private static @Nullable ImageSize crop(YamlValue value) {
    if (value.isNull()) {
      return ImageSize.square(DEFAULT_CROP);
    }
    Map<String, YamlValue> fields = value.fields();
    if (fields == null || !YamlValue.rejectUnknown(fields, Set.of("size"))) {
      return null;
    }
    YamlValue size = YamlValue.given(fields, "size");
    return size == null ? ImageSize.square(DEFAULT_CROP) : ImageSize.read(size);
  }

  private static @Nullable Normalization normalization(YamlValue value, boolean chwFirst) {
    if (value.isNull()) {
      return DEFAULT_NORMALIZATION;
    }
    Map<String, YamlValue> fields = value.fields();
    if (fields == null) {
      return null;
    }
    boolean sound =
        YamlValue.rejectUnknown(fields, Set.of("scale", "mean", "std", "order", "channel_num"));
    sound &= checkOrder(YamlValue.given(fields, "order"), value, chwFirst);
    YamlValue channels = YamlValue.given(fields, "channel_num");
    sound &= channels == null || channels.integer(3, 3) != null;
    Normalization read = Normalization.read(fields, 3, DEFAULT_NORMALIZATION);
    return sound ? read : null;
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
}
