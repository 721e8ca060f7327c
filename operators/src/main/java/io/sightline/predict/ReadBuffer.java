// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.util.Arrays;

/** An array that one thread reads file after file into. It grows, and never shrinks. */
final class ReadBuffer {

  private static final int INITIAL_BYTES = 1 << 16;

  private byte[] array = new byte[0];

  /** The array, of at least 64 KiB. */
  byte[] array() {
    return array.length == 0 ? withRoomFor(INITIAL_BYTES) : array;
  }

  /** The array, with room for so many bytes; what it held before is lost where it has to grow. */
  byte[] withRoomFor(int bytes) {
    if (array.length < bytes) {
      array = new byte[Math.max(bytes, grown())];
    }
    return array;
  }

  /**
   * A longer array that begins with what this one holds.
   *
   * @param expected bytes that may come to lie in it
   */
  byte[] grow(long expected) {
    array = Arrays.copyOf(array, (int) Math.max(expected + 1, grown()));
    return array;
  }

  private int grown() {
    return (int) Math.min(Math.max(INITIAL_BYTES, array.length * 3L / 2), Integer.MAX_VALUE - 64);
  }
}
