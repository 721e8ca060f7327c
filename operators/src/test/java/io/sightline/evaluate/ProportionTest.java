// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {

  /**
   * The examples of R. G. Newcombe, Two-sided confidence intervals for the single proportion,
   * Statistics in Medicine 17 (1998), method 3.
   */
  @ParameterizedTest
  @CsvSource({
    "81, 263, 0.2553, 0.3662",
    "15, 148, 0.0624, 0.1605",
    "0, 20, 0.0000, 0.1611",
    "1, 29, 0.0061, 0.1718",
  })
  void newcombesExamplesOfTheWilsonInterval(long hits, long of, double low, double high) {
    Proportion share = new Proportion(hits, of);
    assertThat(share.low()).isCloseTo(low, within(5e-5));
    assertThat(share.high()).isCloseTo(high, within(5e-5));
    Proportion rest = new Proportion(of - hits, of);
    assertThat(rest.low()).isCloseTo(1 - share.high(), within(1e-12));
    assertThat(rest.high()).isCloseTo(1 - share.low(), within(1e-12));
  }

  /** The bounds are where the score test's statistic is 1.96, found here by bisection. */
  @ParameterizedTest
  @CsvSource({"1, 2", "137, 200", "1, 1000", "999999, 1000000", "700000000000, 1000000000000"})
  void theBoundsInvertTheScoreTest(long hits, long of) {
    Proportion share = new Proportion(hits, of);
    assertThat(share.low()).isCloseTo(bisect(share, 0, share.value()), within(1e-12));
    assertThat(share.high()).isCloseTo(bisect(share, 1, share.value()), within(1e-12));
  }

  private static double bisect(Proportion share, double outside, double inside) {
    double out = outside;
    double in = inside;
    for (int i = 0; i < 200; i++) {
      double p = (out + in) / 2;
      double statistic = Math.abs(share.value() - p) / Math.sqrt(p * (1 - p) / share.of());
      if (statistic > 1.959963984540054) {
        out = p;
      } else {
        in = p;
      }
    }
    return in;
  }

  @Test
  void allAndNothingEndAtOneAndZeroExactly() {
    assertThat(new Proportion(0, 3).low()).isZero();
    assertThat(new Proportion(3, 3).high()).isEqualTo(1);
    assertThat(new Proportion(3, 3).low()).isCloseTo(0.4385, within(5e-5));
  }

  @Test
  void aShareOfNothingIsNotANumber() {
    Proportion nothing = new Proportion(0, 0);
    assertThat(nothing.value()).isNaN();
    assertThat(nothing.low()).isNaN();
    assertThat(nothing.high()).isNaN();
  }

  @Test
  void whatIsNoShareIsRefused() {
    assertThatThrownBy(() -> new Proportion(3, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Proportion(-1, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  /** By hand: 1.96 * sqrt(0.601 * 0.399 / 200) = 0.0679. */
  @Test
  void twoHundredImagesShowNoDifferenceBelowSevenPercentagePoints() {
    PublishedTop1 comparison = new PublishedTop1(new Proportion(137, 200), 0.601);
    assertThat(comparison.difference()).isCloseTo(0.084, within(1e-12));
    assertThat(comparison.smallestDifference()).isCloseTo(0.0679, within(5e-5));
    assertThat(comparison.shown()).isTrue();
    assertThat(new PublishedTop1(new Proportion(133, 200), 0.601).shown()).isFalse();
    assertThat(new PublishedTop1(new Proportion(106, 200), 0.601).shown()).isTrue();
  }

  @Test
  void aDifferenceIsShownWhereThePublishedFigureIsOutsideTheInterval() {
    for (int hits = 0; hits <= 150; hits++) {
      for (double published : new double[] {0, 0.01, 0.3, 0.5, 0.77, 0.995, 1}) {
        Proportion measured = new Proportion(hits, 150);
        assertThat(new PublishedTop1(measured, published).shown())
            .as("%d of 150 against %s", hits, published)
            .isEqualTo(published < measured.low() || published > measured.high());
      }
    }
  }

  @Test
  void aComparisonNeedsImagesAndAFraction() {
    assertThatThrownBy(() -> new PublishedTop1(new Proportion(0, 0), 0.5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PublishedTop1(new Proportion(1, 2), 60.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("60.1");
    assertThatThrownBy(() -> new PublishedTop1(new Proportion(1, 2), Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
