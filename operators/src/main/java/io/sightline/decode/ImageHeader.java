// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

/**
 * What an encoded image says of itself before any of its pixels are decoded. Immutable.
 *
 * @param width in pixels, at least 1, as it is stored: before any EXIF orientation
 * @param height in pixels, at least 1, as it is stored
 */
record ImageHeader(ImageFormat format, int width, int height) {

  long pixels() {
    return (long) width * height;
  }
}
