// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Unsigned LEB128 numbers in a row: seven bits a byte, the lowest first, with the highest bit set
 * in all bytes of a number but its last. Numbers are from 0 to {@link Long#MAX_VALUE}.
 */
final class Leb128 {

  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;
  private static final int MAX_BYTES = 9;

  private Leb128() {}

  /** Bytes that numbers are appended to. */
  static final class Writer {

    private byte[] bytes = new byte[64];
    private int size;

    void write(long number) {
      if (bytes.length - size < MAX_BYTES) {
        bytes = Arrays.copyOf(bytes, bytes.length * 2);
      }
      long rest = number;
      while (rest >= MORE) {
        bytes[size++] = (byte) (rest | MORE);
        rest >>>= BITS;
      }
      bytes[size++] = (byte) rest;
    }

    byte[] toByteArray() {
      return Arrays.copyOf(bytes, size);
    }
  }

  /** Reads what a {@link Writer} wrote. */
  static final class Reader {

    private final ByteBuffer bytes;

    /** Reads what remains of the bytes, whose position stays where it is. */
    Reader(ByteBuffer bytes) {
      this.bytes = bytes.duplicate();
    }

    boolean hasNext() {
      return bytes.hasRemaining();
    }

    long next() {
      long number = 0;
      for (int i = 0; i < MAX_BYTES && bytes.hasRemaining(); i++) {
        byte b = bytes.get();
        number |= (long) (b & (MORE - 1)) << (i * BITS);
        if (b >= 0) {
          return number;
        }
      }
      throw new IllegalArgumentException(
          "a number that does not end before byte " + bytes.position());
    }
  }
}
