// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.RejectedException;

/**
 * Reads numbers of a TIFF: in either byte order, and with the offsets of the classic form (4 bytes)
 * or of BigTIFF (8 bytes).
 */
record TiffReader(HeaderReader bytes, boolean littleEndian, boolean big) {

  private static final int BIG_HEADER = 16;
  private static final int HEADER = 8;

  static TiffReader of(HeaderReader bytes) throws RejectedException {
    TiffReader in =
        new TiffReader(
            bytes, bytes.u8(0) == 'I', bytes.startsWith(2, "+\0") || bytes.startsWith(2, "\0+"));
    bytes.require(in.big ? BIG_HEADER : HEADER, "TIFF");
    if (in.big && (in.u16(4) != 8 || in.u16(6) != 0)) {
      throw ImageProbe.malformed("TIFF", "its offsets have %d bytes".formatted(in.u16(4)));
    }
    return in;
  }

  /** Where the header says where the first directory is. */
  int firstDirectoryAt() {
    return big ? HEADER : 4;
  }

  long firstDirectory() {
    return offset(firstDirectoryAt());
  }

  /** Size of an offset in bytes. */
  int offsetBytes() {
    return big ? 8 : 4;
  }

  /** Size of a directory's count of entries in bytes. */
  int countBytes() {
    return big ? 8 : 2;
  }

  int entryBytes() {
    return big ? 20 : 12;
  }

  /** Where the directory that follows one is; 0 where there is none, or this is cut off. */
  long directoryAfter(long directory) {
    if (!has(directory, countBytes())) {
      return 0;
    }
    long entries = entries((int) directory);
    if (entries < 0 || entries > bytes.length()) {
      return 0;
    }
    long next = directory + countBytes() + entries * entryBytes();
    return has(next, offsetBytes()) ? offset((int) next) : 0;
  }

  long entries(int directory) {
    return big ? u64(directory) : u16(directory);
  }

  boolean has(long at, long count) {
    return at >= 0 && count >= 0 && at <= bytes.length() && count <= bytes.length() - at;
  }

  int u16(int at) {
    return littleEndian ? bytes.u16le(at) : bytes.u16(at);
  }

  long u32(int at) {
    return littleEndian ? bytes.u32le(at) : bytes.u32(at);
  }

  /** An unsigned number of 8 bytes; below 0 where it has more than 63 bits. */
  long u64(int at) {
    return littleEndian ? u32(at) | u32(at + 4) << 32 : u32(at) << 32 | u32(at + 4);
  }

  long offset(int at) {
    return big ? u64(at) : u32(at);
  }

  /** A number as this file writes it. */
  byte[] encoded(long value, int size) {
    byte[] encoded = new byte[size];
    for (int i = 0; i < size; i++) {
      int shift = littleEndian ? 8 * i : 8 * (size - 1 - i);
      encoded[i] = (byte) (value >>> shift);
    }
    return encoded;
  }
}
