// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary encoding, read from an array by somebody who does not trust it. No length is
 * believed before the bytes are there, so nothing larger than the record is ever allocated; Avro's
 * own decoder allocates what a record claims. Bytes are views of the array, not copies. Not
 * thread-safe.
 */
final class BoundedDecoder extends Decoder {

  private final ByteBuffer in;

  BoundedDecoder(byte[] bytes, int offset) {
    in = ByteBuffer.wrap(bytes, offset, bytes.length - offset).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes that nobody read. */
  int remaining() {
    return in.remaining();
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws IOException {
    byte value = in.get(advance(1));
    if (value != 0 && value != 1) {
      throw new IOException("a boolean is neither 0 nor 1");
    }
    return value == 1;
  }

  @Override
  public int readInt() throws IOException {
    long value = readLong();
    if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
      throw new IOException("an int is out of its range");
    }
    return (int) value;
  }

  @Override
  public long readLong() throws IOException {
    long zigzag = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get(advance(1));
      zigzag |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    throw new IOException("a number has more than 10 bytes");
  }

  @Override
  public float readFloat() throws IOException {
    return in.getFloat(advance(Float.BYTES));
  }

  @Override
  public double readDouble() throws IOException {
    return in.getDouble(advance(Double.BYTES));
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readString());
  }

  @Override
  public String readString() throws IOException {
    int length = readLength();
    int start = advance(length);
    String text = new String(in.array(), in.arrayOffset() + start, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      // The replacement character stands there, or the bytes are no UTF-8: two ids that differ only
      // in such bytes must not become one.
      StandardCharsets.UTF_8.newDecoder().decode(in.slice(start, length));
    }
    return text;
  }

  @Override
  public void skipString() throws IOException {
    skipBytes();
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    int length = readLength();
    return in.slice(advance(length), length);
  }

  @Override
  public void skipBytes() throws IOException {
    advance(readLength());
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    in.get(advance(length), bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    advance(length);
  }

  @Override
  public int readEnum() throws IOException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws IOException {
    return readCount();
  }

  @Override
  public long arrayNext() throws IOException {
    return readCount();
  }

  @Override
  public long skipArray() throws IOException {
    return skipBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return readCount();
  }

  @Override
  public long mapNext() throws IOException {
    return readCount();
  }

  @Override
  public long skipMap() throws IOException {
    return skipBlocks();
  }

  @Override
  public int readIndex() throws IOException {
    return readInt();
  }

  private int readLength() throws IOException {
    long length = readLong();
    if (length < 0 || length > in.remaining()) {
      throw new EOFException(
          "a length of %d bytes where %d are left".formatted(length, in.remaining()));
    }
    return (int) length;
  }

  /** Items of the next block. No item of our schemas is smaller than a byte. */
  private long readCount() throws IOException {
    long count = readLong();
    if (count < 0) {
      readLong(); // size of the block, which a reader of every item has no use for
      count = -count;
    }
    if (count < 0 || count > in.remaining()) {
      throw new EOFException(
          "a count of %d items where %d bytes are left".formatted(count, in.remaining()));
    }
    return count;
  }

  /** Skips the blocks that state their size, and returns the items of the first that does not. */
  private long skipBlocks() throws IOException {
    long count = readLong();
    while (count < 0) {
      advance(readLength());
      count = readLong();
    }
    return count;
  }

  /** Moves on by {@code length} bytes, and returns where they start. */
  private int advance(int length) throws EOFException {
    int start = in.position();
    if (length > in.remaining()) {
      throw new EOFException("the record ends in the middle of a value");
    }
    in.position(start + length);
    return start;
  }
}
