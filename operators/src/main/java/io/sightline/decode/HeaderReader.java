// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.RejectedException;
import java.util.Objects;

/**
 * Bounded, unsigned access to a part of an array: how headers are read. Who reads makes sure first
 * that the bytes are there, since to ask for others is a fault of the code; what lies behind the
 * part is left from another image.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HeaderReader(byte[] bytes, int offset, int length) {

  /**
   * @param end of what is read next
   * @param name of the format
   * @throws RejectedException where there are fewer bytes
   */
  void require(long end, String name) throws RejectedException {
    if (end > length) {
      throw ImageProbe.malformed(name, "it ends after %d bytes".formatted(length));
    }
  }

  int u8(int at) {
    return bytes[offset + Objects.checkIndex(at, length)] & 0xFF;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  long u32(int at) {
    return (long) u16(at) << 16 | u16(at + 2);
  }

  int u16le(int at) {
    return u8(at) | u8(at + 1) << 8;
  }

  int u24le(int at) {
    return u16le(at) | u8(at + 2) << 16;
  }

  long u32le(int at) {
    return u16le(at) | (long) u16le(at + 2) << 16;
  }

  int i32le(int at) {
    return (int) u32le(at);
  }

  boolean startsWith(int at, String latin1) {
    if (at + latin1.length() > length) {
      return false;
    }
    for (int i = 0; i < latin1.length(); i++) {
      if (u8(at + i) != latin1.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  String hex(int count) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < count; i++) {
      hex.append(i == 0 ? "" : " ").append("%02x".formatted(u8(i)));
    }
    return hex.toString();
  }
}
