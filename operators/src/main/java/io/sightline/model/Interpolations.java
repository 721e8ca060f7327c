// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing.Interpolation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that model folders have for the interpolations of OpenCV and Pillow. */
final class Interpolations {

  /** By Pillow's own codes ({@code Image.Resampling}), which transformers' files hold. */
  private static final List<Interpolation> PILLOW_CODES =
      List.of(
          Interpolation.PIL_NEAREST,
          Interpolation.PIL_LANCZOS,
          Interpolation.PIL_BILINEAR,
          Interpolation.PIL_BICUBIC,
          Interpolation.PIL_BOX,
          Interpolation.PIL_HAMMING);

  // Each backend's names in PaddleX, then those that PaddleClas has besides.
  private static final Map<String, Interpolation> OPENCV =
      names(
          List.of(
              "NEAREST", "LINEAR", "BICUBIC", "AREA", "LANCZOS4", "BILINEAR", "CUBIC", "LANCZOS"),
          List.of(
              Interpolation.NEAREST,
              Interpolation.LINEAR,
              Interpolation.CUBIC,
              Interpolation.AREA,
              Interpolation.LANCZOS4,
              Interpolation.LINEAR,
              Interpolation.CUBIC,
              Interpolation.LANCZOS4));
  private static final Map<String, Interpolation> PILLOW =
      names(
          List.of("NEAREST", "BILINEAR", "BICUBIC", "BOX", "LANCZOS4", "LANCZOS", "HAMMING"),
          List.of(
              Interpolation.PIL_NEAREST,
              Interpolation.PIL_BILINEAR,
              Interpolation.PIL_BICUBIC,
              Interpolation.PIL_BOX,
              Interpolation.PIL_LANCZOS,
              Interpolation.PIL_LANCZOS,
              Interpolation.PIL_HAMMING));

  private Interpolations() {}

  /**
   * The interpolation that {@code backend} (cv2 or pil, by default cv2) and {@code interpolation}
   * name; null after a problem.
   *
   * @param owner of both keys, for problems with what is absent
   */
  static @Nullable Interpolation read(
      @Nullable YamlValue backend, @Nullable YamlValue interpolation, YamlValue owner) {
    String library = backend == null ? "cv2" : backend.text();
    if (library == null) {
      return null;
    }
    Map<String, Interpolation> names =
        switch (library.toLowerCase(Locale.ROOT)) {
          case "cv2" -> OPENCV;
          case "pil" -> PILLOW;
          default -> null;
        };
    if (names == null && backend != null) {
      backend.problem("must be cv2 or pil (got " + backend.describe() + ")");
      return null;
    }
    if (interpolation == null) {
      if (names == OPENCV) {
        return Interpolation.LINEAR;
      }
      owner.problem("must have an interpolation where its backend is pil");
      return null;
    }
    return named(interpolation, names == OPENCV ? OPENCV : PILLOW);
  }

  /** One of Pillow's, by its name; null after a problem. */
  static @Nullable Interpolation pillow(YamlValue name) {
    return named(name, PILLOW);
  }

  /** One of Pillow's, by its code; null after a problem. */
  static @Nullable Interpolation pillowCode(YamlValue value) {
    Integer code = value.integer(0, PILLOW_CODES.size() - 1);
    return code == null ? null : ofPillowCode(code);
  }

  static Interpolation ofPillowCode(int code) {
    return PILLOW_CODES.get(code);
  }

  private static @Nullable Interpolation named(YamlValue value, Map<String, Interpolation> names) {
    String name = value.text();
    if (name == null) {
      return null;
    }
    Interpolation interpolation = names.get(name.toUpperCase(Locale.ROOT));
    if (interpolation == null) {
      value.problem(
          "must be one of %s (got %s)"
              .formatted(
                  String.join(", ", new ArrayList<>(names.keySet()).subList(0, 5)),
                  value.describe()));
    }
    return interpolation;
  }

  private static Map<String, Interpolation> names(
      List<String> names, List<Interpolation> interpolations) {
    Map<String, Interpolation> map = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      map.put(names.get(i), interpolations.get(i));
    }
    return map;
  }
}
