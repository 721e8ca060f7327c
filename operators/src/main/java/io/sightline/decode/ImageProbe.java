// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;

/**
 * Reads the header of an image without decoding it, so that its size is known before anything is
 * allocated for it. Thread-safe.
 *
 * <p>Source: RFC 9649 (WebP: VP8, VP8L and VP8X chunks). The other formats have classes of their
 * own.
 */
final class ImageProbe {

  private static final int WEBP_CHUNK_DATA = 20;

  private ImageProbe() {}

  /**
   * @throws RejectedException with {@link Reason#UNSUPPORTED_FORMAT} or {@link
   *     Reason#MALFORMED_HEADER}
   */
  static ImageHeader probe(byte[] bytes, int offset, int length) throws RejectedException {
    return probe(new HeaderReader(bytes, offset, length));
  }

  static ImageHeader probe(HeaderReader in) throws RejectedException {
    ImageFormat format = ImageFormat.of(in);
    if (format != null) {
      return switch (format) {
        case JPEG -> JpegFile.read(in).header();
        case PNG -> PngFile.header(in);
        case WEBP -> webp(in);
        case BMP -> BmpHeader.read(in);
        case GIF -> GifFile.read(in, 1).header();
        case TIFF -> TiffFile.read(in).directory(0).header();
        case BGR -> throw new IllegalStateException("pixels have no header");
      };
    }
    throw new RejectedException(
        Reason.UNSUPPORTED_FORMAT,
        "the content is none of JPEG, PNG, WebP, BMP, GIF and TIFF (%d bytes, first %s)"
            .formatted(in.length(), in.hex(Math.min(8, in.length()))));
  }

  private static ImageHeader webp(HeaderReader in) throws RejectedException {
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

  static ImageHeader header(ImageFormat format, String name, long width, long height)
      throws RejectedException {
    if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw malformed(name, "%d x %d pixels".formatted(width, height));
    }
    return new ImageHeader(format, (int) width, (int) height);
  }

  static RejectedException malformed(String name, String what) {
    return new RejectedException(
        Reason.MALFORMED_HEADER, "the %s header is malformed: %s".formatted(name, what));
  }
}
