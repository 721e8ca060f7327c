// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.model.ImageProcessor.Rule;
import io.sightline.model.ProcessorGeometry.Geometry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads Hugging Face's {@code preprocessor_config.json} as a preprocessing, with the meanings that
 * the image processors of transformers give to its keys. Pixels are resized by Pillow's rules, the
 * longer side is cut to a whole number ({@code get_resize_output_image_size}), and a centre crop
 * starts at half the difference rounded down ({@code center_crop}). What can't be done here is
 * refused: a crop before the resize, padding, a limit to the longer side.
 */
final class ProcessorConfig {

  static final String FILE = "preprocessor_config.json";

  static final String INSTEAD = ": describe the preprocessing in " + PlainFolder.FILE;

  private static final Set<String> READ =
      Set.of(
          "image_processor_type",
          "feature_extractor_type",
          "size",
          "default_to_square",
          "crop_size",
          "crop_pct",
          "resample",
          "do_resize",
          "do_center_crop",
          "do_rescale",
          "do_normalize",
          "do_flip_channel_order",
          "do_pad",
          "rescale_factor",
          "rescale_offset",
          "include_top",
          "image_mean",
          "image_std");

  /** Keys that do not change what a model sees of an image here. */
  private static final Set<String> IGNORED =
      Set.of(
          "_name_or_path",
          "_processor_class",
          "_valid_processor_keys",
          "auto_map",
          "data_format",
          "device",
          "disable_grouping",
          "do_convert_rgb",
          "do_reduce_labels",
          "image_seq_length",
          "input_data_format",
          "model_input_names",
          "processor_class",
          "reduce_labels",
          "return_tensors",
          "transformers_version");

  private final Map<String, YamlValue> fields;
  private final YamlValue root;
  private final ImageProcessor processor;
  private final Channels channels;

  private ProcessorConfig(
      YamlValue root, Map<String, YamlValue> fields, ImageProcessor processor, Channels channels) {
    this.root = root;
    this.fields = fields;
    this.processor = processor;
    this.channels = channels;
  }

  /** The class that the file names; null where it names none. */
  static @Nullable YamlValue type(Map<String, YamlValue> fields) {
    YamlValue type = YamlValue.given(fields, "image_processor_type");
    return type != null ? type : YamlValue.given(fields, "feature_extractor_type");
  }

  /**
   * Null after a problem.
   *
   * @param modelType of {@code config.json}, which decides where the file names no processor
   * @param channels of the model's input: 1 or 3
   */
  static @Nullable Preprocessing read(
      YamlValue root,
      Map<String, YamlValue> fields,
      @Nullable String modelType,
      int channels,
      List<String> warnings) {
    YamlValue type = type(fields);
    String name = type == null ? null : type.text();
    ImageProcessor processor =
        name != null
            ? ImageProcessor.named(name)
            : modelType == null ? null : ImageProcessor.ofModelType(modelType);
    if (processor == null) {
      String known = " (known: " + String.join(", ", ImageProcessor.names()) + ")";
      if (type == null) {
        root.problem(
            "has no image_processor_type, and model_type '%s' of %s has none that is known here%s"
                .formatted(modelType, HuggingFaceFolder.CONFIG, known + INSTEAD));
      } else {
        type.problem("is not known here (got " + type.describe() + ")" + known + INSTEAD);
      }
      return null;
    }
    ProcessorConfig config =
        new ProcessorConfig(root, fields, processor, channels == 1 ? Channels.GRAY : Channels.RGB);
    return config.preprocessing(warnings);
  }

  private @Nullable Preprocessing preprocessing(List<String> warnings) {
    boolean sound = checkPadding();
    warnOfUnknownKeys(warnings);
    Boolean flips =
        processor.flipsChannels()
            ? YamlValue.flag(fields, "do_flip_channel_order", true)
            : Boolean.FALSE;
    Geometry geometry = ProcessorGeometry.read(root, fields, processor);
    Normalization normalization = normalization();
    if (!sound || flips == null || geometry == null || normalization == null) {
      return null;
    }
    return new Preprocessing(
        geometry.resize(),
        geometry.crop(),
        flips && channels == Channels.RGB ? Channels.BGR : channels,
        normalization.scale(),
        normalization.mean(),
        normalization.std());
  }

  /** Whether nothing is asked for that can't be done here. */
  private boolean checkPadding() {
    YamlValue value = YamlValue.given(fields, "do_pad");
    Boolean pads = value == null ? Boolean.FALSE : value.bool();
    if (value != null && Boolean.TRUE.equals(pads)) {
      value.problem("is not supported: images are not padded here");
    }
    return Boolean.FALSE.equals(pads);
  }

  /** Keys that are not known, which transformers ignores, too, unless they are new. */
  private void warnOfUnknownKeys(List<String> warnings) {
    List<String> unknown =
        fields.entrySet().stream()
            .filter(field -> !field.getValue().isNull())
            .map(Map.Entry::getKey)
            .filter(key -> !READ.contains(key) && !IGNORED.contains(key))
            .toList();
    if (!unknown.isEmpty()) {
      warnings.add(
          "%s has keys that are not known here, and ignored: %s"
              .formatted(FILE, String.join(", ", unknown)));
    }
  }

  /** {@code do_rescale}, {@code do_normalize} and what EfficientNet adds, as one step. */
  private @Nullable Normalization normalization() {
    Boolean rescales = YamlValue.flag(fields, "do_rescale", true);
    Boolean normalizes = YamlValue.flag(fields, "do_normalize", processor.normalizes());
    Double factor = Normalization.scale(YamlValue.given(fields, "rescale_factor"), 1 / 255.0);
    boolean efficientNet = processor.rule() == Rule.EFFICIENTNET;
    Boolean offset = efficientNet ? YamlValue.flag(fields, "rescale_offset", false) : Boolean.FALSE;
    Boolean again = efficientNet ? YamlValue.flag(fields, "include_top", true) : Boolean.FALSE;
    List<Double> mean = Collections.nCopies(channels.count(), 0.0);
    List<Double> std = Collections.nCopies(channels.count(), 1.0);
    if (Boolean.TRUE.equals(normalizes) || Boolean.TRUE.equals(again)) {
      std = perChannel("image_std", processor.std(), true);
    }
    if (Boolean.TRUE.equals(normalizes)) {
      mean = perChannel("image_mean", processor.mean(), false);
    }
    if (rescales == null
        || normalizes == null
        || factor == null
        || offset == null
        || again == null
        || mean == null
        || std == null) {
      return null;
    }
    if (offset && rescales) {
      mean = mean.stream().map(value -> value + 1).toList();
    }
    if (again && normalizes) {
      std = std.stream().map(value -> value * value).toList();
    }
    return new Normalization(rescales ? factor : 1, mean, std);
  }

  private @Nullable List<Double> perChannel(String key, List<Double> absent, boolean deviation) {
    YamlValue value = YamlValue.given(fields, key);
    if (value == null) {
      if (absent.size() != channels.count()) {
        root.problem(
            "must have %s, %s"
                .formatted(key, channels.count() == 1 ? "one number" : "a number a channel"));
        return null;
      }
      return absent;
    }
    return deviation
        ? Normalization.deviations(value, channels.count(), absent)
        : value.numbers(channels.count());
  }
}
