// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.DecodeSettings;
import io.sightline.config.DecodeSettings.SmallImages;
import io.sightline.decode.Geometry;
import io.sightline.decode.Placement;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.reference.RejectedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an image before a model sees it, step by step in words, with a photograph of 500
 * x 375 pixels as the example.
 */
final class ImageSteps {

  private static final int EXAMPLE_WIDTH = 500;
  private static final int EXAMPLE_HEIGHT = 375;

  private final Preprocessing preprocessing;
  private final DecodeSettings decode;
  private final ElementType type;
  private final @Nullable Placement example;
  private final String exampleRejection;

  ImageSteps(Preprocessing preprocessing, DecodeSettings decode, ElementType type) {
    this.preprocessing = preprocessing;
    this.decode = decode;
    this.type = type;
    Placement placed = null;
    String rejection = "";
    try {
      placed = new Geometry(preprocessing, decode).place(EXAMPLE_WIDTH, EXAMPLE_HEIGHT);
    } catch (RejectedException e) {
      rejection = String.valueOf(e.getMessage());
    }
    this.example = placed;
    this.exampleRejection = rejection;
  }

  /** A line each, in the order of the steps. */
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    lines.add(
        new Line(
            "decode",
            "8 bits a channel, %s; at most %d pixels"
                .formatted(
                    decode.exifOrientation()
                        ? "turned as the EXIF orientation says"
                        : "the EXIF orientation passed over",
                    decode.maxPixels())));
    if (preprocessing.channels() == Channels.GRAY) {
      lines.add(new Line("gray", "one channel of luma"));
    }
    resize(lines);
    crop(lines);
    if (preprocessing.channels() != Channels.GRAY) {
      lines.add(
          new Line(
              "channels",
              preprocessing.channels() == Channels.BGR ? "blue, green, red" : "red, green, blue"));
    }
    normalise(lines);
    return lines;
  }

  private void resize(List<Line> lines) {
    Resize resize = preprocessing.resize();
    if (resize == null) {
      lines.add(new Line("resize", "none"));
      return;
    }
    String rule =
        resize.shortSide() > 0
            ? "short side to %d, the longer one %s"
                .formatted(
                    resize.shortSide(),
                    switch (resize.rounding()) {
                      case HALF_EVEN -> "in proportion, rounded half to even";
                      case TRUNCATE -> "in proportion, its fraction cut off";
                    })
            : "to %d x %d, whatever the ratio of the sides"
                .formatted(resize.width(), resize.height());
    lines.add(new Line("resize", rule));
    lines.add(new Line("", interpolation(resize.interpolation())));
    if (example != null) {
      lines.add(
          new Line(
              "",
              "a photograph of %d x %d becomes %d x %d"
                  .formatted(EXAMPLE_WIDTH, EXAMPLE_HEIGHT, example.width(), example.height())));
    }
  }

  private static String interpolation(Interpolation interpolation) {
    String name = PreprocessingJson.interpolation(interpolation);
    return interpolation.isPillow()
        ? name + " as Pillow does it (backend pil), antialiased where it shrinks"
        : name + " as OpenCV does it (backend cv2)";
  }

  private void crop(List<Line> lines) {
    Crop crop = preprocessing.crop();
    String origin =
        switch (crop.origin()) {
          case FLOOR -> "(side - crop) / 2 rounded down";
          case HALF_EVEN -> "(side - crop) / 2 rounded half to even";
        };
    lines.add(
        new Line(
            "crop",
            "the %d x %d around the centre, from %s"
                .formatted(crop.width(), crop.height(), origin)));
    lines.add(
        new Line(
            "",
            example == null
                ? "a photograph of %d x %d is rejected: %s"
                    .formatted(EXAMPLE_WIDTH, EXAMPLE_HEIGHT, exampleRejection)
                : "of that photograph from column %d and row %d"
                    .formatted(example.left(), example.top())));
    lines.add(
        new Line(
            "",
            "smaller images are "
                + (decode.smallImages() == SmallImages.REJECT
                    ? "rejected (decode.small-images: reject)"
                    : "enlarged until the crop fits (decode.small-images: upscale)")));
  }

  private void normalise(List<Line> lines) {
    double scale = preprocessing.scale();
    boolean asTheyAre =
        scale == 1
            && preprocessing.mean().stream().allMatch(value -> value == 0)
            && preprocessing.std().stream().allMatch(value -> value == 1);
    if (asTheyAre) {
      lines.add(new Line("normalise", "nothing: the pixels themselves, 0 to 255"));
      return;
    }
    lines.add(
        new Line(
            "normalise",
            "(pixel x %s - mean) / std, which gives %s"
                .formatted(scale == 1.0 / 255 ? "1/255" : scale, range())));
    lines.add(new Line("", "mean " + perChannel(preprocessing.mean())));
    lines.add(new Line("", "std  " + perChannel(preprocessing.std())));
  }

  private String range() {
    double[] ends =
        IntStream.range(0, preprocessing.channels().count())
            .boxed()
            .flatMap(channel -> List.of(value(0, channel), value(255, channel)).stream())
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    return "%s %s to %s"
        .formatted(
            PreprocessingJson.word(type),
            Line.decimal(3, ends[0]),
            Line.decimal(3, ends[ends.length - 1]));
  }

  private double value(int pixel, int channel) {
    return (pixel * preprocessing.scale() - preprocessing.mean().get(channel))
        / preprocessing.std().get(channel);
  }

  private static String perChannel(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** The same for programs. */
  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("max_pixels", decode.maxPixels());
    tree.put("exif_orientation", decode.exifOrientation());
    tree.put("small_images", PreprocessingJson.word(decode.smallImages()));
    tree.putAll(PreprocessingJson.of(preprocessing));
    Map<String, Object> photograph = new LinkedHashMap<>();
    photograph.put("width", EXAMPLE_WIDTH);
    photograph.put("height", EXAMPLE_HEIGHT);
    if (example == null) {
      photograph.put("rejected", exampleRejection);
    } else {
      photograph.put("resized_width", example.width());
      photograph.put("resized_height", example.height());
      photograph.put("crop_left", example.left());
      photograph.put("crop_top", example.top());
    }
    tree.put("example", photograph);
    return tree;
  }
}
