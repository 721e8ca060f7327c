// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

/**
 * Where the crop lies in an image once it is resized, all in pixels. Immutable.
 *
 * @param width of the resized image
 * @param height of the resized image
 * @param left column of the crop's left edge, at least 0
 * @param top row of the crop's upper edge, at least 0
 */
public record Placement(int width, int height, int left, int top) {

  /** Pixels of the resized image. */
  long pixels() {
    return (long) width * height;
  }
}
