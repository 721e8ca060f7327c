// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Origin;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.Preprocessing.Rounding;
import io.sightline.model.ImageProcessor.Rule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads how an image processor of transformers resizes and crops. The longer side is cut to a whole
 * number ({@code get_resize_output_image_size}), and a centre crop starts at half the difference,
 * rounded down ({@code center_crop}).
 */
final class ProcessorGeometry {

  private static final int CONVNEXT_SQUARE_FROM = 384;

  private final YamlValue root;
  private final Map<String, YamlValue> fields;
  private final ImageProcessor processor;

  private ProcessorGeometry(
      YamlValue root, Map<String, YamlValue> fields, ImageProcessor processor) {
    this.root = root;
    this.fields = fields;
    this.processor = processor;
  }

  /**
   * How an image is resized and cropped.
   *
   * @param resize null where it is cropped as it is
   */
  record Geometry(@Nullable Resize resize, Crop crop) {}

  /** A short side, or both sides where it is 0. */
  private record Size(int shortSide, int width, int height) {

    @Override
    public String toString() {
      return shortSide > 0 ? "short side " + shortSide : width + " x " + height;
    }
  }

  /** Null after a problem. */
  static @Nullable Geometry read(
      YamlValue root, Map<String, YamlValue> fields, ImageProcessor processor) {
    return new ProcessorGeometry(root, fields, processor).geometry();
  }

  private @Nullable Geometry geometry() {
    Boolean resizes = YamlValue.flag(fields, "do_resize", true);
    Boolean crops = crops();
    Interpolation resample = Boolean.FALSE.equals(resizes) ? Interpolation.PIL_NEAREST : resample();
    Size size = Boolean.FALSE.equals(resizes) ? null : size();
    ImageSize crop = Boolean.TRUE.equals(crops) ? cropSize() : null;
    if (resizes == null || crops == null || (crops && crop == null)) {
      return null;
    }
    if (!resizes) {
      if (crop == null) {
        root.problem(
            "neither resizes nor crops: images of different sizes can't be one batch"
                + ProcessorConfig.INSTEAD);
        return null;
      }
      return new Geometry(null, crop(crop));
    }
    if (size == null || resample == null) {
      return null;
    }
    if (processor.rule() == Rule.CONVNEXT) {
      return convNext(size, resample);
    }
    Size target = scaled(size);
    return target == null ? null : fitted(target, crop, resample);
  }

  private @Nullable Geometry fitted(Size size, @Nullable ImageSize crop, Interpolation resample) {
    Resize resize = resize(size, resample);
    if (crop == null) {
      if (size.shortSide > 0) {
        problem(
            "size",
            "is a short side without a centre crop, which leaves images of different sizes: these"
                + " can't be one batch"
                + ProcessorConfig.INSTEAD);
        return null;
      }
      return new Geometry(resize, crop(new ImageSize(size.width, size.height)));
    }
    boolean fits =
        size.shortSide > 0
            ? Math.max(crop.width(), crop.height()) <= size.shortSide
            : crop.width() <= size.width && crop.height() <= size.height;
    if (!fits) {
      problem(
          "crop_size",
          "of %s (width x height) is larger than what the resize leaves (%s): transformers would pad the image, which is not supported here"
              .formatted(crop, size));
      return null;
    }
    return new Geometry(resize, crop(crop));
  }

  private @Nullable Geometry convNext(Size size, Interpolation resample) {
    Double cropPct = cropPct();
    if (size.shortSide == 0) {
      problem("size", "must be one number, or have shortest_edge, for " + processor.name());
      return null;
    }
    if (cropPct == null) {
      return null;
    }
    ImageSize square = ImageSize.square(size.shortSide);
    if (size.shortSide >= CONVNEXT_SQUARE_FROM) {
      return new Geometry(Resize.toSize(square.width(), square.height(), resample), crop(square));
    }
    return fitted(new Size((int) (size.shortSide / cropPct), 0, 0), square, resample);
  }

  private @Nullable Size scaled(Size size) {
    switch (processor.rule()) {
      case LEVIT -> {
        return size.shortSide == 0 ? size : new Size((int) (256.0 / 224 * size.shortSide), 0, 0);
      }
      case POOLFORMER -> {
        YamlValue given = fields.get("crop_pct");
        Double cropPct = cropPct();
        if (cropPct == null || (given != null && given.isNull())) {
          return cropPct == null ? null : size;
        }
        boolean square = size.width == size.height;
        return square
            ? new Size((int) (Math.max(size.shortSide, size.width) / cropPct), 0, 0)
            : new Size(0, (int) (size.width / cropPct), (int) (size.height / cropPct));
      }
      default -> {
        return size;
      }
    }
  }

  private static Resize resize(Size size, Interpolation resample) {
    return size.shortSide > 0
        ? new Resize(size.shortSide, 0, 0, Rounding.TRUNCATE, resample)
        : Resize.toSize(size.width, size.height, resample);
  }

  private static Crop crop(ImageSize size) {
    return new Crop(size.width(), size.height(), Origin.FLOOR);
  }

  /** Whether the centre is cropped to {@code crop_size}; null after a problem. */
  private @Nullable Boolean crops() {
    YamlValue value = YamlValue.given(fields, "do_center_crop");
    String absent = processor.centerCrop();
    if (value == null) {
      if (absent == null) {
        root.problem("must have do_center_crop: releases of transformers differ in its default");
        return null;
      }
      return Boolean.valueOf(absent);
    }
    Boolean crops = value.bool();
    if (Boolean.TRUE.equals(crops) && "never".equals(absent)) {
      value.problem(
          "is not what every release of transformers does in %s%s"
              .formatted(processor.name(), ProcessorConfig.INSTEAD));
      return null;
    }
    return crops;
  }

  private @Nullable ImageSize cropSize() {
    YamlValue value = YamlValue.given(fields, "crop_size");
    if (value == null) {
      Integer side = processor.cropSize();
      return side == null ? null : ImageSize.square(side);
    }
    if (!value.isMapping()) {
      Integer side = value.side();
      return side == null ? null : ImageSize.square(side);
    }
    Map<String, YamlValue> sides = value.fields();
    YamlValue width = sides == null ? null : YamlValue.given(sides, "width");
    YamlValue height = sides == null ? null : YamlValue.given(sides, "height");
    if (width == null || height == null) {
      value.problem("must be one number, or have height and width");
      return null;
    }
    return imageSize(width, height);
  }

  private @Nullable Size size() {
    YamlValue value = YamlValue.given(fields, "size");
    if (value == null) {
      String absent = processor.size();
      if (absent == null) {
        root.problem("must have a size: releases of transformers differ in its default");
        return null;
      }
      int by = absent.indexOf('x');
      return by < 0
          ? new Size(Integer.parseInt(absent), 0, 0)
          : new Size(
              0,
              Integer.parseInt(absent.substring(0, by)),
              Integer.parseInt(absent.substring(by + 1)));
    }
    if (value.isList()) {
      List<YamlValue> items = value.items();
      if (items == null || items.size() != 2) {
        value.problem("must be one number, a list of height and width, or a mapping");
        return null;
      }
      return both(items.get(1), items.get(0));
    }
    return value.isMapping() ? size(value) : size(value, value.side());
  }

  private @Nullable Size size(YamlValue value, @Nullable Integer side) {
    YamlValue squareValue = YamlValue.given(fields, "default_to_square");
    Boolean square =
        squareValue != null
            ? squareValue.bool()
            : processor.oneNumber() == null ? null : (Boolean) "both".equals(processor.oneNumber());
    if (square == null && squareValue == null) {
      value.problem("must have shortest_edge, or height and width, for " + processor.name());
    }
    if (side == null || square == null) {
      return null;
    }
    return square ? new Size(0, side, side) : new Size(side, 0, 0);
  }

  private @Nullable Size size(YamlValue value) {
    Map<String, YamlValue> sides = value.fields();
    if (sides == null) {
      return null;
    }
    Set<String> keys = new TreeSet<>();
    sides.forEach(
        (key, side) -> {
          if (!side.isNull()) {
            keys.add(key);
          }
        });
    YamlValue shortest = YamlValue.given(sides, "shortest_edge");
    if (shortest != null && keys.size() == 1) {
      Integer side = shortest.side();
      return side == null ? null : new Size(side, 0, 0);
    }
    YamlValue width = YamlValue.given(sides, "width");
    YamlValue height = YamlValue.given(sides, "height");
    if (width != null && height != null && keys.size() == 2) {
      return both(width, height);
    }
    value.problem(
        "must have shortest_edge alone, or height and width (has %s): no other rule is supported here"
            .formatted(String.join(", ", keys)));
    return null;
  }

  private static @Nullable Size both(YamlValue width, YamlValue height) {
    ImageSize size = imageSize(width, height);
    return size == null ? null : new Size(0, size.width(), size.height());
  }

  private static @Nullable ImageSize imageSize(YamlValue width, YamlValue height) {
    Integer w = width.side();
    Integer h = height.side();
    return w == null || h == null ? null : new ImageSize(w, h);
  }

  private @Nullable Double cropPct() {
    YamlValue value = YamlValue.given(fields, "crop_pct");
    Double share = value == null ? Double.valueOf(processor.cropPct()) : value.number();
    if (value != null && share != null && !(share > 0 && share <= 1)) {
      value.problem("must be above 0, and at most 1 (got " + value.describe() + ")");
      return null;
    }
    return share;
  }

  private @Nullable Interpolation resample() {
    YamlValue value = YamlValue.given(fields, "resample");
    if (value != null) {
      return Interpolations.pillowCode(value);
    }
    Integer absent = processor.resample();
    if (absent == null) {
      root.problem("must have resample: releases of transformers differ in its default");
      return null;
    }
    return Interpolations.ofPillowCode(absent);
  }

  /** Adds a problem with a key, which the file may leave out. */
  private void problem(String key, String fact) {
    YamlValue value = YamlValue.given(fields, key);
    if (value == null) {
      root.problem(key + " " + fact);
    } else {
      value.problem(fact);
    }
  }
}
