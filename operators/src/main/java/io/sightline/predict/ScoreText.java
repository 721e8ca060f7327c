// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Scores as numpy rounds them and Python programs write them. */
final class ScoreText {

  private static final int DECIMALS = 5;
  private static final float POWER = 1e5f;

  /** Whole numbers below are written by {@link #DECIMALS} decimals as no other float32 is. */
  private static final int EXACT_BELOW = 1_000_000;

  /** So many digits tell every float32 from every other. */
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
  static Decimal shortest(float value) {
    boolean negative = Float.floatToRawIntBits(value) < 0;
    float size = Math.abs(value);
    if (size * POWER < EXACT_BELOW) {
      int whole = (int) Math.rint(size * POWER);
      if (whole / POWER == size) {
        return Decimal.of(negative, whole, DECIMALS);
      }
    }
    BigDecimal exact = new BigDecimal(size);
    for (int digits = 1; digits < MAX_DIGITS; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.floatValue() == size) {
        return Decimal.of(negative, rounded);
      }
    }
    return Decimal.of(negative, exact.round(new MathContext(MAX_DIGITS, RoundingMode.HALF_EVEN)));
  }

  /** A float as Python's {@code repr} and {@code json.dumps} write it: 0.62736, 1.0, 1e-05. */
  static String python(float value) {
    Decimal decimal = shortest(value);
    StringBuilder out = new StringBuilder();
    int exponent = decimal.exponent();
    if (exponent < SMALLEST_PLAIN_EXPONENT || exponent > LARGEST_PLAIN_EXPONENT) {
      decimal.appendScientific(out, decimal.digits().length() > 1);
    } else {
      decimal.appendPlain(out);
      out.append(decimal.scale() > 0 ? "" : ".0");
    }
    return out.toString();
  }

  /**
   * A decimal number, {@code digits * 10^-scale}.
   *
   * @param digits without zeros at their end; {@code 0} with scale 0 for zero
   */
  record Decimal(boolean negative, String digits, int scale) {

    static Decimal of(boolean negative, int whole, int decimals) {
      int unscaled = whole;
      int scale = decimals;
      while (unscaled != 0 && unscaled % 10 == 0) {
        unscaled /= 10;
        scale--;
      }
      return new Decimal(negative, Integer.toString(unscaled), unscaled == 0 ? 0 : scale);
    }

    static Decimal of(boolean negative, BigDecimal size) {
      BigDecimal stripped = size.signum() == 0 ? BigDecimal.ZERO : size.stripTrailingZeros();
      return new Decimal(negative, stripped.unscaledValue().toString(), stripped.scale());
    }

    /** Exponent of ten in scientific notation. */
    int exponent() {
      return digits.length() - scale - 1;
    }

    /** {@code 0.62736}, {@code -12}. */
    void appendPlain(StringBuilder out) {
      int point = digits.length() - scale;
      out.append(negative ? "-" : "");
      if (scale <= 0) {
        out.append(digits).append("0".repeat(-scale));
      } else if (point <= 0) {
        out.append("0.").append("0".repeat(-point)).append(digits);
      } else {
        out.append(digits, 0, point).append('.').append(digits, point, digits.length());
      }
    }

    /** {@code 6.2736e-01}, with at least two digits of exponent; a float32 has no more. */
    void appendScientific(StringBuilder out, boolean hasPoint) {
      int exponent = exponent();
      int size = Math.abs(exponent);
      out.append(negative ? "-" : "").append(digits.charAt(0)).append(hasPoint ? "." : "");
      out.append(digits, 1, digits.length());
      out.append(exponent < 0 ? "e-" : "e+").append(size < 10 ? "0" : "").append(size);
    }
  }
}
