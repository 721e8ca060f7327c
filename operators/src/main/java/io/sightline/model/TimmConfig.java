// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Origin;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.Preprocessing.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code pretrained_cfg} of timm's {@code config.json} as a preprocessing, as timm's
 * {@code resolve_data_config} and {@code transforms_imagenet_eval} do: the image is resized by
 * Pillow to {@code floor(size / crop_pct)}, and its centre is cropped with torchvision's {@code
 * CenterCrop}. Crop mode {@code center} resizes the short side, {@code squash} both; {@code
 * border}, which pads, is refused.
 */
final class TimmConfig {

  private static final double DEFAULT_CROP_PCT = 0.875;
  private static final List<Double> DEFAULT_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> DEFAULT_STD = List.of(0.229, 0.224, 0.225);

  private final YamlValue config;
  private final Map<String, YamlValue> fields;

  private TimmConfig(YamlValue config, Map<String, YamlValue> fields) {
    this.config = config;
    this.fields = fields;
  }

  private record InputSize(int channels, int height, int width) {}

  /**
   * The preprocessings of {@code input_size} and of {@code test_input_size}, where there is one:
   * the graph's own sides tell at which of them it was exported. Empty after a problem.
   */
  static List<Preprocessing> read(YamlValue config) {
    Map<String, YamlValue> fields = config.fields();
    return fields == null ? List.of() : new TimmConfig(config, fields).preprocessings();
  }

  private List<Preprocessing> preprocessings() {
    if (YamlValue.given(fields, "input_size") == null) {
      config.problem("must have an input_size: channels, height, width");
      return List.of();
    }
    InputSize size = inputSize("input_size");
    boolean tested = YamlValue.given(fields, "test_input_size") != null;
    InputSize testSize = tested ? inputSize("test_input_size") : size;
    Double cropPct = cropPct("crop_pct", DEFAULT_CROP_PCT);
    Double testCropPct = cropPct("test_crop_pct", cropPct == null ? 1 : cropPct);
    YamlValue name = YamlValue.given(fields, "interpolation");
    Interpolation interpolation =
        name == null ? Interpolation.PIL_BICUBIC : Interpolations.pillow(name);
    Boolean squash = squash();
    boolean whole = checkBorder();
    Normalization normalization = size == null ? null : normalization(size.channels);
    if (size == null
        || testSize == null
        || cropPct == null
        || testCropPct == null
        || interpolation == null
        || squash == null
        || normalization == null
        || !whole) {
      return List.of();
    }
    List<Preprocessing> preprocessings = new ArrayList<>();
    Resize resize = resize(size, cropPct, interpolation, squash);
    Resize testResize =
        testSize.equals(size) ? resize : resize(testSize, testCropPct, interpolation, squash);
    if (resize == null || testResize == null) {
      return List.of();
    }
    preprocessings.add(preprocessing(size, resize, normalization));
    if (!testSize.equals(size)) {
      preprocessings.add(preprocessing(testSize, testResize, normalization));
    }
    return preprocessings;
  }

  private @Nullable Resize resize(
      InputSize size, double cropPct, Interpolation interpolation, boolean squash) {
    int width = (int) Math.floor(size.width / cropPct);
    int height = (int) Math.floor(size.height / cropPct);
    if (squash) {
      return Resize.toSize(width, height, interpolation);
    }
    if (width != height) {
      config.problem(
          "has an input of %d x %d (width x height) with crop_mode center: only squares are supported with it%s"
              .formatted(size.width, size.height, ProcessorConfig.INSTEAD));
      return null;
    }
    return new Resize(width, 0, 0, Rounding.TRUNCATE, interpolation);
  }

  private static Preprocessing preprocessing(
      InputSize size, Resize resize, Normalization normalization) {
    return new Preprocessing(
        resize,
        new Crop(size.width, size.height, Origin.HALF_EVEN),
        size.channels == 1 ? Channels.GRAY : Channels.RGB,
        normalization.scale(),
        normalization.mean(),
        normalization.std());
  }

  private @Nullable InputSize inputSize(String key) {
    YamlValue value = YamlValue.given(fields, key);
    List<YamlValue> items = value == null || !value.isList() ? List.of() : value.items();
    if (value == null || items == null || items.size() != 3) {
      if (value != null) {
        value.problem("must be a list of channels, height and width");
      }
      return null;
    }
    Integer channels = items.get(0).integer(1, 3);
    Integer height = items.get(1).side();
    Integer width = items.get(2).side();
    if (channels != null && channels == 2) {
      items.get(0).problem("must be 1 or 3 (got 2)");
      return null;
    }
    return channels == null || height == null || width == null
        ? null
        : new InputSize(channels, height, width);
  }

  private @Nullable Double cropPct(String key, double absent) {
    YamlValue value = YamlValue.given(fields, key);
    Double share = value == null ? Double.valueOf(absent) : value.number();
    if (value != null && share != null && !(share > 0 && share <= 1)) {
      value.problem("must be above 0, and at most 1 (got " + value.describe() + ")");
      return null;
    }
    return share;
  }

  /** Whether both sides are resized; null after a problem. */
  private @Nullable Boolean squash() {
    YamlValue value = YamlValue.given(fields, "crop_mode");
    String mode = value == null ? "center" : value.text();
    if (mode == null || mode.equals("center") || mode.equals("squash")) {
      return mode == null ? null : (Boolean) mode.equals("squash");
    }
    if (value != null) {
      value.problem(
          "must be center or squash: no other is supported (got " + value.describe() + ")");
    }
    return null;
  }

  private boolean checkBorder() {
    YamlValue border = YamlValue.given(fields, "crop_border_pixels");
    if (border == null) {
      return true;
    }
    Integer pixels = border.integer(0, Integer.MAX_VALUE);
    if (pixels != null && pixels > 0) {
      border.problem("is not supported: nothing is cropped here before the resize");
    }
    return pixels != null && pixels == 0;
  }

  /** timm scales pixels to 0..1, whatever the file. */
  private @Nullable Normalization normalization(int channels) {
    YamlValue meanValue = YamlValue.given(fields, "mean");
    YamlValue stdValue = YamlValue.given(fields, "std");
    if (channels != DEFAULT_MEAN.size() && (meanValue == null || stdValue == null)) {
      config.problem("must have a mean and a std for its one channel");
      return null;
    }
    List<Double> mean = meanValue == null ? DEFAULT_MEAN : meanValue.numbers(channels);
    List<Double> std = Normalization.deviations(stdValue, channels, DEFAULT_STD);
    return mean == null || std == null ? null : new Normalization(1 / 255.0, mean, std);
  }
}
