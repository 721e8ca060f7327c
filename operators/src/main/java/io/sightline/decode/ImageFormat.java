// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import org.jspecify.annotations.Nullable;

/** Formats of encoded images that are decoded. */
public enum ImageFormat {
  JPEG("jpeg"),
  PNG("png"),
  WEBP("webp"),
  BMP("bmp"),
  GIF("gif"),
  TIFF("tiff"),
  /** Pixels that were never encoded, which no event is about. */
  BGR("bgr");

  /** As many bytes tell the format of a file. */
  public static final int SIGNATURE_BYTES = 18;

  private final String label;

  ImageFormat(String label) {
    this.label = label;
  }

  /**
   * The format of a file by its first bytes.
   *
   * @param length how many there are: {@value #SIGNATURE_BYTES} are enough
   * @return null where it is none of these
   */
  public static @Nullable ImageFormat of(byte[] start, int length) {
    return of(new HeaderReader(start, 0, length));
  }

  static @Nullable ImageFormat of(HeaderReader in) {
    if (in.startsWith(0, "\u00FF\u00D8\u00FF")) {
      return JPEG;
    }
    if (in.startsWith(0, "\u0089PNG\r\n\u001A\n")) {
      return PNG;
    }
    if (in.startsWith(0, "RIFF") && in.startsWith(8, "WEBP")) {
      return WEBP;
    }
    if (GifFile.isGif(in)) {
      return GIF;
    }
    if (TiffFile.isTiff(in)) {
      return TIFF;
    }
    return BmpHeader.isBmp(in) ? BMP : null;
  }

  /** Whether a file of this format may hold several images. */
  public boolean mayHaveFrames() {
    return this == GIF || this == TIFF;
  }

  /** Name in events: the format's own, in lower case. */
  public String label() {
    return label;
  }
}
