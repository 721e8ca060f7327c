// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** All expected texts were made with numpy 2.4. */
class NumpyTextTest {

  @Test
  void idsAreAlignedToTheRight() {
    assertThat(ints(List.of(296, 170, 356))).isEqualTo("array([296, 170, 356], dtype=int32)");
    assertThat(ints(List.of(1, 22, 333, 4444, 5)))
        .isEqualTo("array([   1,   22,  333, 4444,    5], dtype=int32)");
    assertThat(ints(List.of())).isEqualTo("array([], dtype=int32)");
  }

  @Test
  void scoresAreAlignedAtThePoint() {
    assertThat(floats(0.62736f, 0.03752f, 0.03256f, 0.0323f, 0.03194f))
        .isEqualTo("array([0.62736, 0.03752, 0.03256, 0.0323 , 0.03194], dtype=float32)");
    assertThat(floats(1f, 0f, 0f)).isEqualTo("array([1., 0., 0.], dtype=float32)");
    assertThat(floats(0.1f)).isEqualTo("array([0.1], dtype=float32)");
    assertThat(floats()).isEqualTo("array([], dtype=float32)");
    assertThat(floats(12.34568f, -3.2f, 0.5f, -0f))
        .isEqualTo("array([12.34568, -3.2    ,  0.5    , -0.     ], dtype=float32)");
  }

  @Test
  void smallScoresBesideLargeOnesHaveAnExponent() {
    assertThat(floats(0.99981f, 0.00002f, 0.00001f, 0f, 0f))
        .isEqualTo(
            "array([9.9981e-01, 2.0000e-05, 1.0000e-05, 0.0000e+00, 0.0000e+00],\n"
                + "      dtype=float32)");
    assertThat(floats(0.9f, 0.0001f, 0.00011f))
        .isEqualTo("array([9.0e-01, 1.0e-04, 1.1e-04], dtype=float32)");
    assertThat(floats(2e8f, 1f)).isEqualTo("array([2.e+08, 1.e+00], dtype=float32)");
    assertThat(floats(12.34568f, -3.2f, 1234567.8f, 0.5f))
        .isEqualTo(
            "array([ 1.2345680e+01, -3.2000000e+00,  1.2345678e+06,  5.0000000e-01],\n"
                + "      dtype=float32)");
  }

  @Test
  void longArraysAreBrokenIntoLines() {
    assertThat(ints(IntStream.range(0, 20).boxed().toList()))
        .isEqualTo(
            "array([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16,\n"
                + "       17, 18, 19], dtype=int32)");
    Float[] scores =
        IntStream.range(0, 20)
            .mapToObj(i -> ScoreText.round(0.9f - i * 0.7f / 19))
            .toArray(Float[]::new);
    assertThat(floats(scores))
        .isEqualTo(
            """
            array([0.9    , 0.86316, 0.82632, 0.78947, 0.75263, 0.71579, 0.67895,
                   0.64211, 0.60526, 0.56842, 0.53158, 0.49474, 0.45789, 0.42105,
                   0.38421, 0.34737, 0.31053, 0.27368, 0.23684, 0.2    ],
                  dtype=float32)""");
  }

  @Test
  void aThousandElementsAreWrittenAndMoreAreSummarised() {
    assertThat(ints(IntStream.range(0, 1000).boxed().toList())).contains("500").endsWith("int32)");
    assertThat(ints(IntStream.range(0, 1500).boxed().toList()))
        .isEqualTo(
            "array([   0,    1,    2, ..., 1497, 1498, 1499],\n"
                + "      shape=(1500,), dtype=int32)");
  }

  private static String ints(List<Integer> values) {
    StringBuilder out = new StringBuilder("before ");
    NumpyText.appendInts(out, values);
    return out.substring("before ".length());
  }

  private static String floats(Float... values) {
    StringBuilder out = new StringBuilder();
    NumpyText.appendFloats(out, new ArrayList<>(List.of(values)));
    return out.toString();
  }
}
