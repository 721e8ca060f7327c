// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.util.Collections;
import java.util.List;

/**
 * The generator of Python's {@code random}, so that a list is shuffled here as PaddleX shuffles it
 * there. Not thread-safe.
 *
 * <p>Sources: MT19937 of M. Matsumoto and T. Nishimura, "Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator", 1998, with the initialisation by array
 * of 2002; CPython's {@code random.seed}, {@code getrandbits} and {@code shuffle}, the same since
 * 3.2.
 */
final class PythonRandom {

  private static final int SIZE = 624;
  private static final int PERIOD = 397;
  private static final int UPPER_BIT = 0x8000_0000;
  private static final int LOWER_BITS = 0x7FFF_FFFF;
  private static final int TWIST = 0x9908_B0DF;

  private final int[] state = new int[SIZE];
  private int next = SIZE;

  /** The state after {@code random.seed(seed)}. */
  PythonRandom(long seed) {
    long magnitude = Math.abs(seed);
    int high = (int) (magnitude >>> Integer.SIZE);
    seed(high == 0 ? new int[] {(int) magnitude} : new int[] {(int) magnitude, high});
  }

  private void seed(int[] key) {
    state[0] = 19_650_218;
    for (int i = 1; i < SIZE; i++) {
      state[i] = 1_812_433_253 * mixed(i - 1) + i;
    }
    int i = 1;
    int k = 0;
    for (int step = 0; step < SIZE; step++) {
      state[i] = (state[i] ^ (mixed(i - 1) * 1_664_525)) + key[k] + k;
      i = afterWrapping(i);
      k = (k + 1) % key.length;
    }
    for (int step = 0; step < SIZE - 1; step++) {
      state[i] = (state[i] ^ (mixed(i - 1) * 1_566_083_941)) - i;
      i = afterWrapping(i);
    }
    state[0] = UPPER_BIT;
  }

  private int mixed(int i) {
    return state[i] ^ (state[i] >>> 30);
  }

  private int afterWrapping(int i) {
    if (i + 1 < SIZE) {
      return i + 1;
    }
    state[0] = state[SIZE - 1];
    return 1;
  }

  private int nextInt() {
    if (next == SIZE) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9D2C_5680;
    y ^= (y << 15) & 0xEFC6_0000;
    return y ^ (y >>> 18);
  }

  private void twist() {
    for (int i = 0; i < SIZE; i++) {
      int y = (state[i] & UPPER_BIT) | (state[(i + 1) % SIZE] & LOWER_BITS);
      state[i] = state[(i + PERIOD) % SIZE] ^ (y >>> 1) ^ ((y & 1) * TWIST);
    }
    next = 0;
  }

  /** An index below {@code bound}, each as likely. */
  private int below(int bound) {
    int unused = Integer.numberOfLeadingZeros(bound);
    int index = nextInt() >>> unused;
    while (index >= bound) {
      index = nextInt() >>> unused;
    }
    return index;
  }

  /** {@code random.shuffle(list)}. */
  void shuffle(List<?> list) {
    for (int i = list.size() - 1; i > 0; i--) {
      Collections.swap(list, i, below(i + 1));
    }
  }
}
