// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A sum of numbers from 0 to 2^32 that rounds nothing, so that it depends neither on the order in
 * which they are added nor on how the sum is split and merged.
 *
 * <p>It is a 256-bit integer that counts units of 2^-149, the smallest positive float. Every float
 * is a whole number of units, and so is every double of at least 2^-97 (and many a smaller one). No
 * number of additions that a long can count makes it overflow: 2^63 times 2^32 is 2^244 units.
 *
 * <p>Not thread-safe.
 */
final class ExactSum {

  private static final int FRACTION_BITS = 149;
  private static final int WORDS = 4;
  private static final int MANTISSA_BITS = 52;
  private static final int EXPONENT_BIAS = 1023;
  private static final int MAX_EXPONENT = EXPONENT_BIAS + 32;
  private static final BigInteger FIVE_TO_FRACTION_BITS = BigInteger.valueOf(5).pow(FRACTION_BITS);

  /** More digits than a double has, so that a mean is the double next to the exact quotient. */
  private static final MathContext QUOTIENT = new MathContext(60);

  /** The integer, its lowest word first. */
  private final long[] words = new long[WORDS];

  /** The sum whose {@link #toBytes} these are. */
  static ExactSum of(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    if (copy.length == 0 || copy.length > WORDS * Long.BYTES || copy[0] < 0) {
      throw new IllegalArgumentException(
          "an exact sum has 1 to %d bytes and is not negative".formatted(WORDS * Long.BYTES));
    }
    BigInteger units = new BigInteger(copy);
    ExactSum sum = new ExactSum();
    for (int i = 0; i < WORDS; i++) {
      sum.words[i] = units.shiftRight(i * Long.SIZE).longValue();
    }
    return sum;
  }

  /**
   * Adds a number.
   *
   * @throws IllegalArgumentException where it is negative, not finite, 2^32 or more, or no whole
   *     number of units; the sum is as before then
   */
  void add(double number) {
    if (number == 0) {
      return;
    }
    long bits = Double.doubleToRawLongBits(number);
    int exponent = (int) (bits >>> MANTISSA_BITS); // a sign makes it large
    long mantissa = (bits & ((1L << MANTISSA_BITS) - 1)) | (1L << MANTISSA_BITS);
    int shift = exponent - EXPONENT_BIAS - MANTISSA_BITS + FRACTION_BITS;
    if (exponent >= MAX_EXPONENT || shift < -Long.numberOfTrailingZeros(mantissa)) {
      throw new IllegalArgumentException(
          "can't add %s: it must be from 0 to 2^32 and a multiple of 2^-149".formatted(number));
    }
    if (shift < 0) {
      mantissa >>>= -shift;
      shift = 0;
    }
    int bit = shift % Long.SIZE;
    long low = mantissa << bit;
    long high = bit == 0 ? 0 : mantissa >>> (Long.SIZE - bit);
    add(shift / Long.SIZE, low, high);
  }

  private void add(int word, long low, long high) {
    words[word] += low;
    long carry = high + (Long.compareUnsigned(words[word], low) < 0 ? 1 : 0);
    for (int i = word + 1; carry != 0; i++) {
      words[i] += carry;
      carry = Long.compareUnsigned(words[i], carry) < 0 ? 1 : 0;
    }
  }

  void add(ExactSum other) {
    for (int i = WORDS - 1; i >= 0; i--) {
      add(i, other.words[i], 0);
    }
  }

  /** The exact sum. */
  BigDecimal value() {
    return new BigDecimal(units().multiply(FIVE_TO_FRACTION_BITS), FRACTION_BITS);
  }

  /** The double next to the exact sum divided by {@code count}; NaN where the count is 0. */
  double mean(long count) {
    return quotient(value(), count);
  }

  /** The double next to {@code dividend / count}; NaN where the count is 0. */
  static double quotient(BigDecimal dividend, long count) {
    return count == 0
        ? Double.NaN
        : dividend.divide(BigDecimal.valueOf(count), QUOTIENT).doubleValue();
  }

  /** The units as a big-endian integer in two's complement, as short as possible. */
  ByteBuffer toBytes() {
    return ByteBuffer.wrap(units().toByteArray());
  }

  private BigInteger units() {
    ByteBuffer bigEndian = ByteBuffer.allocate(WORDS * Long.BYTES);
    for (int i = WORDS - 1; i >= 0; i--) {
      bigEndian.putLong(words[i]);
    }
    return new BigInteger(1, bigEndian.array());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExactSum that && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return value().toString();
  }
}
