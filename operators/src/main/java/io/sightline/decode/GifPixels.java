// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

/**
 * Decodes the pixels of a GIF's frames. How long it takes depends on their bytes and pixels alone,
 * and not on which codes they are. Source: the GIF89a specification, appendices E (interlacing) and
 * F (LZW). Not thread-safe.
 */
final class GifPixels {

  private static final int MAX_ROOT_BITS = 8;
  private static final int MAX_BITS = 12;
  private static final int MAX_CODES = 1 << MAX_BITS;

  /** No code: at the end of the data, and before the first one. */
  private static final int NONE = -1;

  /** Takes a row of indexes of colours, which may change once it has returned. */
  interface RowSink {
    void take(int y, byte[] indexes);
  }

  private final HeaderReader in;

  /** Where the next byte is. */
  private int at;

  private int blockEnd;

  /** Bits that were read and belong to the next codes. */
  private int pending;

  private int pendingBits;

  // A code stands for one pixel, or for those of its prefix and one more.
  private final short[] prefixes = new short[MAX_CODES];
  private final short[] lengths = new short[MAX_CODES];
  private final byte[] first = new byte[MAX_CODES];
  private final byte[] last = new byte[MAX_CODES];

  private final byte[] pixels = new byte[MAX_CODES];

  GifPixels(HeaderReader in) {
    this.in = in;
  }

  /**
   * Decodes a frame.
   *
   * @param frame one that is whole
   * @return how many rows were taken: all, or fewer where the codes end or make no sense
   */
  int decode(GifFile.Frame frame, RowSink sink) {
    int rootBits = in.u8(frame.data());
    if (rootBits < 1 || rootBits > MAX_ROOT_BITS) {
      return 0;
    }
    at = frame.data() + 1;
    blockEnd = at;
    pending = 0;
    pendingBits = 0;
    int clear = 1 << rootBits;
    int end = clear + 1;
    for (int code = 0; code < clear; code++) {
      lengths[code] = 1;
      first[code] = (byte) code;
      last[code] = (byte) code;
    }
    Rows rows = new Rows(frame, sink);
    int next = end + 1;
    int bits = rootBits + 1;
    int before = NONE;
    while (rows.taken < frame.height()) {
      int code = read(bits);
      if (code == clear) {
        next = end + 1;
        bits = rootBits + 1;
        before = NONE;
        continue;
      }
      if (code == NONE || code == end) {
        break;
      }
      if (before != NONE && next < MAX_CODES) {
        prefixes[next] = (short) before;
        lengths[next] = (short) (lengths[before] + 1);
        first[next] = first[before];
        last[next] = first[code < next ? code : before];
        next++;
        if (next == 1 << bits && bits < MAX_BITS) {
          bits++;
        }
      }
      if (code >= next) {
        break;
      }
      rows.add(pixels, expand(code));
      before = code;
    }
    return rows.taken;
  }

  private int read(int bits) {
    while (pendingBits < bits) {
      if (at == blockEnd) {
        int size = in.u8(at);
        if (size == 0) {
          return NONE;
        }
        at++;
        blockEnd = at + size;
      }
      pending |= in.u8(at++) << pendingBits;
      pendingBits += Byte.SIZE;
    }
    int code = pending & ((1 << bits) - 1);
    pending >>>= bits;
    pendingBits -= bits;
    return code;
  }

  /** Writes a code's pixels, from the last on, and says how many they are. */
  private int expand(int code) {
    int prefix = code;
    for (int i = lengths[code] - 1; i >= 0; i--) {
      pixels[i] = last[prefix];
      prefix = prefixes[prefix];
    }
    return lengths[code];
  }

  /** Makes rows of pixels, and puts those that are interlaced where they belong. */
  private static final class Rows {

    private static final int[] STARTS = {0, 4, 2, 1};
    private static final int[] STEPS = {8, 8, 4, 2};

    private final RowSink sink;
    private final int height;
    private final boolean interlaced;
    private final byte[] row;
    private int x;
    private int y;
    private int pass;
    private int taken;

    Rows(GifFile.Frame frame, RowSink sink) {
      this.sink = sink;
      this.height = frame.height();
      this.interlaced = frame.interlaced();
      this.row = new byte[frame.width()];
    }

    /** Pixels beyond the last row are left out. */
    void add(byte[] pixels, int count) {
      int from = 0;
      while (from < count && taken < height) {
        int part = Math.min(count - from, row.length - x);
        System.arraycopy(pixels, from, row, x, part);
        from += part;
        x += part;
        if (x == row.length) {
          sink.take(y, row);
          taken++;
          x = 0;
          advance();
        }
      }
    }

    private void advance() {
      y += interlaced ? STEPS[pass] : 1;
      while (interlaced && y >= height && pass < STARTS.length - 1) {
        pass++;
        y = STARTS[pass];
      }
    }
  }
}
