// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form of a model's folder, by which a preprocessing is written: the file, and its keys. A key
 * is null where the form can't say the thing; then it is {@link #PLAIN}'s.
 */
enum FolderKeys {
  PLAIN("sightline.yml"),
  PADDLEX("inference.yml"),
  /** Of transformers' image processors. */
  TRANSFORMERS("preprocessor_config.json"),
  /** Of timm's {@code pretrained_cfg}. */
  TIMM("config.json");

  private final String file;

  FolderKeys(String file) {
    this.file = file;
  }

  /** The form of a folder that was read as a model's: the first that it has the file of. */
  static FolderKeys of(Path folder) {
    for (FolderKeys form : values()) {
      if (Files.isRegularFile(folder.resolve(form.file))) {
        return form;
      }
    }
    return PLAIN;
  }

  String file() {
    return file;
  }

  String labels() {
    return switch (this) {
      case PLAIN -> "labels";
      case PADDLEX -> "PostProcess.Topk.label_list";
      case TRANSFORMERS -> "id2label of config.json";
      case TIMM -> "label_names";
    };
  }

  @Nullable String channels(Channels channels) {
    return switch (this) {
      case PLAIN -> "preprocess.channels: " + channels.name().toLowerCase(Locale.ROOT);
      case PADDLEX -> "DecodeImage: {to_rgb: %s}".formatted(channels == Channels.RGB);
      case TRANSFORMERS, TIMM -> null;
    };
  }

  @Nullable String scale(double scale) {
    return switch (this) {
      case PLAIN -> "preprocess.scale: " + Differences.scale(scale);
      case PADDLEX -> "NormalizeImage.scale: " + scale;
      case TRANSFORMERS -> "rescale_factor: " + scale;
      case TIMM -> null;
    };
  }

  String mean(List<Double> mean) {
    return prefix() + "mean: " + mean;
  }

  String std(List<Double> std) {
    return prefix() + "std: " + std;
  }

  private String prefix() {
    return switch (this) {
      case PLAIN -> "preprocess.";
      case PADDLEX -> "NormalizeImage.";
      case TRANSFORMERS -> "image_";
      case TIMM -> "pretrained_cfg.";
    };
  }

  /** The size that an image is brought to, and the crop that follows. */
  String size(Preprocessing preprocessing, Resize resize) {
    int width = preprocessing.width();
    int height = preprocessing.height();
    if (resize.shortSide() == 0) {
      return switch (this) {
        case PLAIN ->
            "preprocess.resize: {size: [%d, %d]} without short-side".formatted(width, height);
        case PADDLEX -> "ResizeImage.size: [%d, %d] without resize_short".formatted(width, height);
        case TRANSFORMERS ->
            "size: {\"height\": %d, \"width\": %d} and do_center_crop: false"
                .formatted(height, width);
        case TIMM -> "pretrained_cfg.crop_mode: squash";
      };
    }
    int side = resize.shortSide();
    return switch (this) {
      case PLAIN ->
          "preprocess.resize.short-side: %d and preprocess.crop: [%d, %d]"
              .formatted(side, width, height);
      case PADDLEX ->
          "ResizeImage.resize_short: %d and CropImage.size: [%d, %d]"
              .formatted(side, width, height);
      case TRANSFORMERS ->
          "size: {\"shortest_edge\": %d}, do_center_crop: true and crop_size: {\"height\": %d, \"width\": %d}"
              .formatted(side, height, width);
      case TIMM ->
          String.format(
              Locale.ROOT,
              "pretrained_cfg.crop_pct: %.3f and crop_mode: center",
              (double) Math.max(width, height) / side);
    };
  }

  @Nullable String interpolation(Interpolation interpolation) {
    String name = interpolation.name().toLowerCase(Locale.ROOT).replace("pil_", "");
    return switch (this) {
      case PLAIN ->
          "preprocess.resize: {interpolation: %s, backend: %s}"
              .formatted(paddleName(interpolation), backend(interpolation));
      case PADDLEX ->
          "ResizeImage: {interpolation: %s, backend: %s}"
              .formatted(paddleName(interpolation), backend(interpolation));
      case TRANSFORMERS ->
          interpolation.isPillow() ? "resample: " + pillowCode(interpolation) : null;
      case TIMM -> interpolation.isPillow() ? "pretrained_cfg.interpolation: " + name : null;
    };
  }

  private static String backend(Interpolation interpolation) {
    return interpolation.isPillow() ? "pil" : "cv2";
  }

  private static String paddleName(Interpolation interpolation) {
    return interpolation == Interpolation.CUBIC
        ? "BICUBIC"
        : interpolation.name().replace("PIL_", "");
  }

  /** Of Pillow's {@code Image.Resampling}. */
  private static int pillowCode(Interpolation interpolation) {
    return switch (interpolation) {
      case PIL_LANCZOS -> 1;
      case PIL_BILINEAR -> 2;
      case PIL_BICUBIC -> 3;
      case PIL_BOX -> 4;
      case PIL_HAMMING -> 5;
      default -> 0;
    };
  }
}
