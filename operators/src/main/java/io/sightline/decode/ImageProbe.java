// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;

/**
 * Reads the header of a JPEG, PNG or WebP image without decoding it, so that its size is known
 * before anything is allocated for it. Thread-safe.
 *
 * <p>Sources: ITU-T T.81 annex B (JPEG markers), the PNG specification section 11.2.2 (IHDR), and
 * RFC 9649 (WebP: VP8, VP8L and VP8X chunks).
 */
final class ImageProbe {

  private static final int PNG_SIGNATURE = 8;
  private static final int PNG_IHDR_END = 24;

  /** Length, type and checksum of a PNG chunk. */
  private static final int PNG_CHUNK_FRAME = 12;

  private static final int WEBP_CHUNK_DATA = 20;

  private ImageProbe() {}

  /**
   * @throws RejectedException with {@link Reason#UNSUPPORTED_FORMAT} or {@link
   *     Reason#MALFORMED_HEADER}
   */
  static ImageHeader probe(byte[] bytes, int offset, int length) throws RejectedException {
    Reader in = new Reader(bytes, offset, length);
    if (length >= 3 && in.u8(0) == 0xFF && in.u8(1) == 0xD8 && in.u8(2) == 0xFF) {
      return jpeg(in);
    }
    if (in.startsWith(0, "\u0089PNG\r\n\u001A\n")) {
      return png(in);
    }
    if (in.startsWith(0, "RIFF") && in.startsWith(8, "WEBP")) {
      return webp(in);
    }
    throw new RejectedException(
        Reason.UNSUPPORTED_FORMAT,
        "the content is none of JPEG, PNG and WebP (%d bytes, first %s)"
            .formatted(length, in.hex(Math.min(8, length))));
  }

  private static ImageHeader jpeg(Reader in) throws RejectedException {
    int at = 2;
    while (true) {
      in.require(at + 2, "JPEG");
      if (in.u8(at) != 0xFF) {
        throw malformed("JPEG", "no marker at byte %d".formatted(at));
      }
      int marker = in.u8(at + 1);
      if (marker == 0xFF) { // fill byte
        at++;
        continue;
      }
      if (marker == 0x00) { // a decoder skips it, and would find another frame header than this
        throw malformed("JPEG", "no marker at byte %d".formatted(at));
      }
      at += 2;
      if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) { // stands alone, no length
        continue;
      }
      if (marker == 0xDA || marker == 0xD9) {
        throw malformed("JPEG", "no frame header before its scan");
      }
      in.require(at + 2, "JPEG");
      int segment = in.u16(at);
      if (segment < 2) {
        throw malformed("JPEG", "segment of length %d at byte %d".formatted(segment, at));
      }
      boolean frame =
          marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
      if (frame) {
        in.require(at + 7, "JPEG");
        return header(ImageFormat.JPEG, "JPEG", in.u16(at + 5), in.u16(at + 3));
      }
      at += segment;
    }
  }

  private static ImageHeader png(Reader in) throws RejectedException {
    in.require(PNG_IHDR_END, "PNG");
    if (!in.startsWith(12, "IHDR")) {
      throw malformed("PNG", "its first chunk is not IHDR");
    }
    return header(ImageFormat.PNG, "PNG", in.u32(16), in.u32(20));
  }

  /**
   * Follows the chunks of a PNG to its end. libpng asks for all that a chunk claims, piece by piece
   * and for very long, whether it is there or not.
   *
   * @throws RejectedException with {@link Reason#CORRUPT_IMAGE} where a chunk is not whole
   */
  static void requireWholePng(byte[] bytes, int offset, int length) throws RejectedException {
    Reader in = new Reader(bytes, offset, length);
    int at = PNG_SIGNATURE;
    while (length - at >= PNG_CHUNK_FRAME) {
      long data = in.u32(at);
      if (data > length - at - PNG_CHUNK_FRAME) {
        throw new RejectedException(
            Reason.CORRUPT_IMAGE,
            "the png of %d bytes has a chunk of %d bytes at byte %d".formatted(length, data, at));
      }
      if (in.startsWith(at + 4, "IEND")) {
        return;
      }
      at += (int) data + PNG_CHUNK_FRAME;
    }
    throw new RejectedException(
        Reason.CORRUPT_IMAGE, "the png of %d bytes ends before its end chunk".formatted(length));
  }

  private static ImageHeader webp(Reader in) throws RejectedException {
    in.require(WEBP_CHUNK_DATA + 10, "WebP");
    if (in.startsWith(12, "VP8X")) {
      return header(ImageFormat.WEBP, "WebP", in.u24le(24) + 1L, in.u24le(27) + 1L);
    }
    if (in.startsWith(12, "VP8L")) {
      if (in.u8(WEBP_CHUNK_DATA) != 0x2F) {
        throw malformed("WebP", "no VP8L signature");
      }
      long bits = in.u24le(21) | ((long) in.u8(24) << 24);
      return header(ImageFormat.WEBP, "WebP", (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
    }
    if (in.startsWith(12, "VP8 ")) {
      if (in.u8(23) != 0x9D || in.u8(24) != 0x01 || in.u8(25) != 0x2A) {
        throw malformed("WebP", "no VP8 start code");
      }
      return header(
          ImageFormat.WEBP,
          "WebP",
          (in.u8(26) | in.u8(27) << 8) & 0x3FFF,
          (in.u8(28) | in.u8(29) << 8) & 0x3FFF);
    }
    throw malformed("WebP", "its first chunk is none of VP8, VP8L and VP8X");
  }

  private static ImageHeader header(ImageFormat format, String name, long width, long height)
      throws RejectedException {
    if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw malformed(name, "%d x %d pixels".formatted(width, height));
    }
    return new ImageHeader(format, (int) width, (int) height);
  }

  private static RejectedException malformed(String name, String what) {
    return new RejectedException(
        Reason.MALFORMED_HEADER, "the %s header is malformed: %s".formatted(name, what));
  }

  /** Bounded, unsigned access to a part of an array. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Reader(byte[] bytes, int offset, int length) {

    void require(int end, String name) throws RejectedException {
      if (end > length) {
        throw malformed(name, "it ends after %d bytes".formatted(length));
      }
    }

    int u8(int at) {
      return bytes[offset + at] & 0xFF;
    }

    int u16(int at) {
      return u8(at) << 8 | u8(at + 1);
    }

    long u32(int at) {
      return (long) u16(at) << 16 | u16(at + 2);
    }

    int u24le(int at) {
      return u8(at) | u8(at + 1) << 8 | u8(at + 2) << 16;
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
}
