// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Preprocessing as a tree for {@link JsonOutput}, in PaddleX's words. */
final class PreprocessingJson {

  private PreprocessingJson() {}

  static Map<String, Object> of(Preprocessing preprocessing) {
    Map<String, Object> tree = new LinkedHashMap<>();
    Resize resize = preprocessing.resize();
    tree.put("resize", resize == null ? null : resize(resize));
    Map<String, Object> crop = new LinkedHashMap<>();
    crop.put("width", preprocessing.width());
    crop.put("height", preprocessing.height());
    crop.put("origin", word(preprocessing.crop().origin()));
    tree.put("crop", crop);
    tree.put("channels", word(preprocessing.channels()));
    tree.put("scale", preprocessing.scale());
    tree.put("mean", preprocessing.mean());
    tree.put("std", preprocessing.std());
    return tree;
  }

  private static Map<String, Object> resize(Resize resize) {
    Map<String, Object> tree = new LinkedHashMap<>();
    if (resize.shortSide() > 0) {
      tree.put("short_side", resize.shortSide());
      tree.put("rounding", word(resize.rounding()));
    } else {
      tree.put("width", resize.width());
      tree.put("height", resize.height());
    }
    tree.put("interpolation", interpolation(resize.interpolation()));
    tree.put("backend", resize.interpolation().isPillow() ? "pil" : "cv2");
    return tree;
  }

  /** Without its library: {@code bicubic}, be it OpenCV's or Pillow's. */
  static String interpolation(Interpolation interpolation) {
    return switch (interpolation) {
      case LINEAR -> "bilinear";
      case CUBIC -> "bicubic";
      case NEAREST, AREA, LANCZOS4 -> word(interpolation);
      case PIL_NEAREST, PIL_BOX, PIL_BILINEAR, PIL_HAMMING, PIL_BICUBIC, PIL_LANCZOS ->
          word(interpolation).substring("pil-".length());
    };
  }

  /** {@code half-even}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
