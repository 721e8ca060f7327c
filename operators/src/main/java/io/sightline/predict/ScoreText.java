// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Scores as Python programs write them. */
final class ScoreText {

  private static final int DECIMALS = 5;
  private static final float POWER = 1e5f;

  /** Whole numbers below are written by {@link #DECIMALS} decimals as no other float32 is. */
  private static final int EXACT_BELOW = 1_000_000;

  /** Digits that tell every float32 from every other. */
  private static final int MAX_DIGITS = 9;

  /** Python's {@code repr} writes an exponent below 10^-4, and from 10^16 on. */
  private static final int SMALLEST_PLAIN_EXPONENT = -4;

  private static final int LARGEST_PLAIN_EXPONENT = 15;

  private ScoreText() {}

  /** A score rounded to 5 decimals by numpy's {@code around}, in float32. */
  static float round(float score) {
    return (float) Math.rint(score * POWER) / POWER;
  }

  /** The shortest decimal number that is this float32 and no other, as numpy and Python choose. */
  static BigDecimal shortest(float value) {
    double whole = Math.rint(value * POWER);
    if (Math.abs(whole) < EXACT_BELOW && (float) whole / POWER == value) {
      return stripped(BigDecimal.valueOf((long) whole, DECIMALS));
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < MAX_DIGITS; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.floatValue() == value) {
        return stripped(rounded);
      }
    }
    return stripped(exact.round(new MathContext(MAX_DIGITS, RoundingMode.HALF_EVEN)));
  }

  static BigDecimal stripped(BigDecimal value) {
    return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
  }

  /** A float as Python's {@code repr} and {@code json.dumps} write it: 0.62736, 1.0, 1e-05. */
  static String python(float value) {
    BigDecimal decimal = shortest(value);
    int exponent = exponent(decimal);
    String sign = isNegativeZero(value) ? "-" : "";
    if (exponent < SMALLEST_PLAIN_EXPONENT || exponent > LARGEST_PLAIN_EXPONENT) {
      String fraction = fraction(decimal);
      return "%s%d%s%se%s"
          .formatted(
              decimal.signum() < 0 ? "-" : "",
              firstDigit(decimal),
              fraction.isEmpty() ? "" : ".",
              fraction,
              exponentText(exponent));
    }
    String plain = decimal.toPlainString();
    return sign + plain + (decimal.scale() > 0 ? "" : ".0");
  }

  static boolean isNegativeZero(float value) {
    return value == 0 && Float.floatToRawIntBits(value) != 0;
  }

  /** Exponent of ten in scientific notation. */
  static int exponent(BigDecimal decimal) {
    return decimal.signum() == 0 ? 0 : decimal.precision() - decimal.scale() - 1;
  }

  /** The digit before the point in scientific notation. */
  static int firstDigit(BigDecimal decimal) {
    return digits(decimal).charAt(0) - '0';
  }

  /** The digits behind the point in scientific notation, without zeros at the end. */
  static String fraction(BigDecimal decimal) {
    return digits(decimal).substring(1);
  }

  private static String digits(BigDecimal decimal) {
    return decimal.unscaledValue().abs().toString();
  }

  /** A sign and at least two digits; a float32 has no more. */
  static String exponentText(int exponent) {
    return (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
  }
}
