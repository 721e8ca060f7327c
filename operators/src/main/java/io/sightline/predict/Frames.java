// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

/** Which frames of a file that holds several images (TIFF, GIF) are predicted. */
public enum Frames {
  /** The first alone, without a page index. */
  FIRST,
  /** All of them, each with its page index from 0. */
  ALL
}
