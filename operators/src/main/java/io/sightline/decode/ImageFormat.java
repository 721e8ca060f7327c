// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

/** Formats of encoded images that are decoded. */
public enum ImageFormat {
  JPEG("jpeg"),
  PNG("png"),
  WEBP("webp"),
  /** Pixels that were never encoded, which no event is about. */
  BGR("bgr");

  private final String label;

  ImageFormat(String label) {
    this.label = label;
  }

  /** Name in events: {@code jpeg}, {@code png} or {@code webp}. */
  public String label() {
    return label;
  }
}
