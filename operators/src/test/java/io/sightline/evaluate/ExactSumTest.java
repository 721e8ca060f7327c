// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactSumTest {

  private static final BigDecimal UNIT =
      BigDecimal.ONE.divide(new BigDecimal(BigInteger.TWO.pow(149)));

  @Test
  void itIsWhatBigDecimalGivesInAnyOrderAndSplit() {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      List<Double> numbers = numbers(random);
      BigDecimal expected = BigDecimal.ZERO;
      for (double number : numbers) {
        expected = expected.add(new BigDecimal(number));
      }
      ExactSum sum = sum(numbers);
      assertThat(sum.value()).isEqualByComparingTo(expected);
      assertThat(sum.mean(numbers.size()))
          .isEqualTo(
              expected
                  .divide(BigDecimal.valueOf(numbers.size()), MathContext.DECIMAL128)
                  .doubleValue());

      Collections.shuffle(numbers, random);
      int cut = random.nextInt(numbers.size());
      ExactSum merged = sum(numbers.subList(cut, numbers.size()));
      merged.add(sum(numbers.subList(0, cut)));
      assertThat(merged).isEqualTo(sum).hasSameHashCodeAs(sum);
      assertThat(merged.toBytes()).isEqualTo(sum.toBytes());
      assertThat(ExactSum.of(sum.toBytes())).isEqualTo(sum);
    }
  }

  /** Floats of every exponent up to 1, and what logarithms give. */
  private static List<Double> numbers(Random random) {
    List<Double> numbers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int bits = random.nextInt(Float.floatToIntBits(1) + 1);
      numbers.add((double) Float.intBitsToFloat(bits));
      numbers.add(-Math.log(1 - random.nextFloat()));
    }
    numbers.add((double) Float.MIN_VALUE);
    numbers.add(1.0);
    numbers.add(0.0);
    numbers.add(-0.0);
    numbers.add(Math.nextDown(0x1p32));
    return numbers;
  }

  private static ExactSum sum(List<Double> numbers) {
    ExactSum sum = new ExactSum();
    numbers.forEach(sum::add);
    return sum;
  }

  @Test
  void aDoubleSumWouldHaveLostWhatItKeeps() {
    ExactSum sum = new ExactSum();
    sum.add(0x1p31);
    sum.add(Float.MIN_VALUE);
    assertThat(sum.value())
        .isEqualByComparingTo(BigDecimal.valueOf(1L << 31).add(UNIT))
        .isNotEqualByComparingTo(new BigDecimal(0x1p31 + Float.MIN_VALUE));
  }

  @Test
  void carriesGoThroughEveryWord() {
    ExactSum sum = new ExactSum();
    BigDecimal expected = BigDecimal.ZERO;
    for (int doubling = 0; doubling < 70; doubling++) {
      sum.add(Math.nextDown(0x1p32));
      sum.add(Float.MIN_VALUE);
      expected = expected.add(new BigDecimal(Math.nextDown(0x1p32))).add(UNIT);
      sum.add(ExactSum.of(sum.toBytes()));
      expected = expected.add(expected);
      assertThat(sum.value()).isEqualByComparingTo(expected);
    }
  }

  @Test
  void aSumCanBeAddedToItself() {
    ExactSum sum = sum(List.of(0.75, (double) Float.MIN_VALUE));
    ExactSum twice = sum(List.of(1.5, 2.0 * Float.MIN_VALUE));
    sum.add(sum);
    assertThat(sum).isEqualTo(twice);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        -1,
        -Float.MIN_VALUE,
        0x1p32,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0x1p-150,
        0x1.8p-149,
        Double.MIN_VALUE,
        1e-40 // a double that no float is
      })
  void whatIsNoWholeNumberOfUnitsIsRefusedAndChangesNothing(double number) {
    ExactSum sum = sum(List.of(0.5));
    assertThatThrownBy(() -> sum.add(number))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Double.toString(number));
    assertThat(sum).isEqualTo(sum(List.of(0.5)));
  }

  @Test
  void theMeanOfNothingIsNotANumber() {
    assertThat(new ExactSum().mean(0)).isNaN();
  }

  @Test
  void bytesThatAreNoSumAreRefused() {
    assertThat(ExactSum.of(new ExactSum().toBytes())).isEqualTo(new ExactSum());
    for (byte[] bytes : new byte[][] {{}, {-1}, new byte[33]}) {
      assertThatThrownBy(() -> ExactSum.of(ByteBuffer.wrap(bytes)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
