// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code (pixel * scale - mean) / std}: a mean and a deviation a channel. */
record Normalization(double scale, List<Double> mean, List<Double> std) {

  /**
   * Reads the fields {@code scale}, {@code mean} and {@code std} of a mapping, with defaults where
   * they are absent.
   *
   * @return null after a problem
   */
  static @Nullable Normalization read(
      Map<String, YamlValue> fields, int channels, Normalization absent) {
    Double scale = scale(YamlValue.given(fields, "scale"), absent.scale);
    YamlValue meanValue = YamlValue.given(fields, "mean");
    List<Double> mean = meanValue == null ? absent.mean : meanValue.numbers(channels);
    List<Double> std = deviations(YamlValue.given(fields, "std"), channels, absent.std);
    return scale == null || mean == null || std == null
        ? null
        : new Normalization(scale, mean, std);
  }

  /** A factor that is not 0; null after a problem. */
  static @Nullable Double scale(@Nullable YamlValue value, double absent) {
    Double scale = value == null ? Double.valueOf(absent) : value.number();
    if (value != null && scale != null && scale == 0) {
      value.problem("must not be 0");
      return null;
    }
    return scale;
  }

  /** Numbers of which none is 0; null after a problem. */
  static @Nullable List<Double> deviations(
      @Nullable YamlValue value, int channels, List<Double> absent) {
    List<Double> std = value == null ? absent : value.numbers(channels);
    if (value != null && std != null && std.stream().anyMatch(deviation -> deviation == 0)) {
      value.problem("must not hold a 0");
      return null;
    }
    return std;
  }
}
