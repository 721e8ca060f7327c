// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrayPoolTest {

  private final ArrayPool pool = new ArrayPool(1 << 20);

  @ParameterizedTest
  @ValueSource(ints = {1, 4096, 4097, 5000, 65_535, 65_536, 65_537, 100_000, 32 << 20})
  void anArrayIsLongEnoughAndAtMostAQuarterLonger(int length) {
    byte[] array = pool.take(length);
    assertThat(array.length).isGreaterThanOrEqualTo(length);
    assertThat(array.length).isLessThanOrEqualTo(Math.max(4096, length + length / 4));
  }

  @Test
  void theArrayThatWasGivenBackLastIsTakenFirstByAnyLengthThatFits() {
    byte[] first = pool.take(100_000);
    byte[] second = pool.take(100_000);
    pool.giveBack(first);
    pool.giveBack(second);
    assertThat(pool.idleBytes()).isEqualTo(first.length + second.length);
    assertThat(pool.take(99_000)).isSameAs(second);
    assertThat(pool.take(100_001)).isSameAs(first);
    assertThat(pool.take(100_000)).isNotSameAs(first).isNotSameAs(second);
    assertThat(pool.idleBytes()).isZero();
  }

  @Test
  void aPoolThatIsFullOfOtherLengthsMakesRoomForThoseThatAreUsedNow() {
    byte[][] old = new byte[9][];
    for (int i = 0; i < old.length; i++) {
      old[i] = pool.take(100_000);
    }
    for (byte[] array : old) {
      pool.giveBack(array);
      assertThat(pool.idleBytes()).isLessThanOrEqualTo(1 << 20);
    }
    byte[] now = pool.take(500_000);
    pool.giveBack(now);
    assertThat(pool.idleBytes()).isEqualTo(now.length);
    assertThat(pool.take(500_000)).isSameAs(now);
  }

  @Test
  void anArrayLargerThanThePoolIsNotKept() {
    pool.giveBack(pool.take(2 << 20));
    assertThat(pool.idleBytes()).isZero();
  }

  @Test
  void bytesGiveTheirArrayBackOnceAndCantBeReadAfterwards() {
    ByteBudget.Lease lease = new ByteBudget(10).take(10);
    byte[] array = pool.take(10);
    ImageBytes bytes = new LeasedBytes(array, 0, 10, lease, pool);
    bytes.close();
    bytes.close();
    assertThat(pool.idleBytes()).isEqualTo(array.length);
    assertThatThrownBy(bytes::array).isInstanceOf(IllegalStateException.class);
  }
}
