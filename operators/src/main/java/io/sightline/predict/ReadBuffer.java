// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

/** An array that one thread reads file after file into. It grows, and never shrinks. */
final class ReadBuffer {

  private static final int INITIAL_BYTES = 1 << 16;

  private byte[] array = new byte[0];

  /** The array, with room for so many bytes; what it held before is lost where it has to grow. */
  byte[] withRoomFor(int bytes) {
    if (array.length < bytes) {
      array = new byte[Math.max(INITIAL_BYTES, Math.max(bytes, grown(array.length)))];
    }
    return array;
  }

  private static int grown(int length) {
    return length < 1 << 29 ? length * 3 / 2 : length;
  }
}
