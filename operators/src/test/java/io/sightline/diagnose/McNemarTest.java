// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTest {

  @ParameterizedTest
  @CsvSource({"0,0", "1,0", "0,1", "5,0", "10,3", "3,10", "7,7", "60,41", "41,60"})
  void thePValueIsTheBinomialTail(int gained, int lost) {
    assertThat(McNemar.pValue(gained, lost)).isCloseTo(byDefinition(gained, lost), within(1e-12));
  }

  @Test
  void nothingIsSignificantWhereNothingChanges() {
    assertThat(McNemar.pValue(0, 0)).isEqualTo(1);
  }

  @Test
  void manyImagesDoNotUnderflowToAWrongValue() {
    assertThat(McNemar.pValue(25_000, 24_000)).isCloseTo(3.2e-6, within(5e-7));
    assertThat(McNemar.pValue(40_000, 10)).isBetween(0.0, 1e-300);
  }

  /** The sum of the binomial coefficients from {@code gained} on, over 2 to the power of n. */
  private static double byDefinition(int gained, int lost) {
    int n = gained + lost;
    BigInteger coefficient = BigInteger.ONE;
    BigInteger sum = BigInteger.ZERO;
    for (int k = 0; k <= n; k++) {
      sum = k >= gained ? sum.add(coefficient) : sum;
      coefficient =
          coefficient.multiply(BigInteger.valueOf(n - k)).divide(BigInteger.valueOf(k + 1));
    }
    return sum.doubleValue() / Math.pow(2, n);
  }
}
