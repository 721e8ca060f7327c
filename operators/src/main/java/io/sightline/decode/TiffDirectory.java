// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opencv.core.Mat;

/**
 * What the directory of one page of a TIFF says. Immutable. The numbers of tags and compressions
 * are those of TIFF 6.0 and of its supplements.
 *
 * @param start where the directory is
 * @param unitPixels pixels of a strip or tile, each of which is decoded as a whole
 */
record TiffDirectory(
    TiffReader in, long start, Map<Integer, Entry> entries, ImageHeader header, long unitPixels) {

  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int COMPRESSION = 259;
  private static final int STRIP_OFFSETS = 273;
  private static final int ORIENTATION = 274;
  private static final int ROWS_PER_STRIP = 278;
  private static final int STRIP_BYTES = 279;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_BYTES = 325;

  private static final Set<Integer> TAGS =
      Set.of(
          WIDTH,
          HEIGHT,
          COMPRESSION,
          STRIP_OFFSETS,
          ORIENTATION,
          ROWS_PER_STRIP,
          STRIP_BYTES,
          TILE_WIDTH,
          TILE_HEIGHT,
          TILE_OFFSETS,
          TILE_BYTES);

  /** All rows in one strip. */
  private static final long ALL_ROWS = 0xFFFF_FFFFL;

  /**
   * None, three of CCITT, LZW, JPEG, Deflate under its two numbers, PackBits. The JPEG of TIFF 6.0
   * (6) was replaced in 1995, and its decoder is a risk; those of others are not in the library.
   */
  private static final Set<Long> COMPRESSIONS = Set.of(1L, 2L, 3L, 4L, 5L, 7L, 8L, 32946L, 32773L);

  /** A tag's values: {@code count} numbers of {@code size} bytes each from {@code at}. */
  record Entry(int size, long count, long at) {}

  TiffDirectory {
    entries = Map.copyOf(entries);
  }

  static TiffDirectory read(TiffReader in, long start) throws RejectedException {
    long count = in.has(start, in.countBytes()) ? in.entries((int) start) : -1;
    if (!in.has(start + in.countBytes(), product(count, in.entryBytes()))) {
      throw ImageProbe.malformed("TIFF", "its page at byte %d is beyond its end".formatted(start));
    }
    Map<Integer, Entry> entries = entries(in, (int) start);
    long width = number(in, entries, WIDTH, 0);
    long height = number(in, entries, HEIGHT, 0);
    ImageHeader header = ImageProbe.header(ImageFormat.TIFF, "TIFF", width, height);
    long unit;
    if (entries.containsKey(TILE_WIDTH) || entries.containsKey(TILE_HEIGHT)) {
      unit = product(number(in, entries, TILE_WIDTH, 0), number(in, entries, TILE_HEIGHT, 0));
    } else {
      long rows = number(in, entries, ROWS_PER_STRIP, ALL_ROWS);
      unit = product(width, rows == ALL_ROWS ? height : rows);
    }
    return new TiffDirectory(in, start, entries, header, unit);
  }

  private static Map<Integer, Entry> entries(TiffReader in, int start) throws RejectedException {
    Map<Integer, Entry> entries = new HashMap<>();
    int count = (int) in.entries(start);
    for (int i = 0; i < count; i++) {
      int at = start + in.countBytes() + i * in.entryBytes();
      int tag = in.u16(at);
      if (!TAGS.contains(tag)) {
        continue;
      }
      int size = size(in.u16(at + 2));
      long values = in.big() ? in.u64(at + 4) : in.u32(at + 4);
      int inline = at + in.entryBytes() - in.offsetBytes();
      boolean within = values >= 0 && values <= in.offsetBytes() / Math.max(size, 1);
      Entry entry = new Entry(size, values, within ? inline : in.offset(inline));
      if (size == 0 || values < 1 || !in.has(entry.at(), product(values, size))) {
        throw ImageProbe.malformed("TIFF", "its tag %d has no value".formatted(tag));
      }
      if (entries.put(tag, entry) != null) {
        throw ImageProbe.malformed("TIFF", "its tag %d is there twice".formatted(tag));
      }
    }
    return entries;
  }

  /** Size in bytes of a number of a type: BYTE, SHORT, LONG and LONG8; 0 of any other. */
  private static int size(int type) {
    return switch (type) {
      case 1 -> 1;
      case 3 -> 2;
      case 4 -> 4;
      case 16 -> 8;
      default -> 0;
    };
  }

  private static long number(TiffReader in, Map<Integer, Entry> entries, int tag, long otherwise) {
    Entry entry = entries.get(tag);
    return entry == null ? otherwise : number(in, entry, 0);
  }

  private static long number(TiffReader in, Entry entry, long index) {
    int at = (int) (entry.at() + index * entry.size());
    return switch (entry.size()) {
      case 1 -> in.bytes().u8(at);
      case 2 -> in.u16(at);
      case 4 -> in.u32(at);
      default -> in.u64(at);
    };
  }

  /** Largest where it would overflow, or a factor is below 0. */
  private static long product(long a, long b) {
    return a < 0 || b < 0 || (b > 0 && a > Long.MAX_VALUE / b) ? Long.MAX_VALUE : a * b;
  }

  /**
   * Says whether the page may be given to a decoder.
   *
   * @throws RejectedException where a strip or tile has too many pixels or lies outside of the
   *     file, or where the compression is none that is decoded
   */
  void requireDecodable(long maxPixels) throws RejectedException {
    long compression = number(in, entries, COMPRESSION, 1);
    if (!COMPRESSIONS.contains(compression)) {
      throw new RejectedException(
          Reason.UNSUPPORTED_FORMAT,
          "the compression %d of this TIFF is not decoded".formatted(compression));
    }
    if (unitPixels > maxPixels) {
      throw new RejectedException(
          Reason.TOO_MANY_PIXELS,
          "a strip or tile of %d pixels exceeds decode.max-pixels (%d)"
              .formatted(unitPixels, maxPixels));
    }
    requireWithin(entries.get(STRIP_OFFSETS), entries.get(STRIP_BYTES));
    requireWithin(entries.get(TILE_OFFSETS), entries.get(TILE_BYTES));
  }

  private void requireWithin(@Nullable Entry offsets, @Nullable Entry sizes)
      throws RejectedException {
    if (offsets == null || sizes == null) {
      return;
    }
    for (long i = 0; i < Math.min(offsets.count(), sizes.count()); i++) {
      long offset = number(in, offsets, i);
      long size = number(in, sizes, i);
      if (!in.has(offset, size)) {
        throw new RejectedException(
            Reason.CORRUPT_IMAGE,
            "the tiff of %d bytes has %d bytes of its pixels at byte %d"
                .formatted(in.bytes().length(), size, offset));
      }
    }
  }

  /**
   * Changes a copy of the file so that a decoder of one page decodes this.
   *
   * @param copy {@code [1, length]}, of bytes
   * @param turned whether the orientation that the page says is kept; else it is as it is stored
   */
  void select(Mat copy, boolean turned) {
    copy.put(0, in.firstDirectoryAt(), in.encoded(start, in.offsetBytes()));
    Entry orientation = entries.get(ORIENTATION);
    if (!turned && orientation != null) {
      copy.put(0, (int) orientation.at(), in.encoded(1, orientation.size()));
    }
  }
}
