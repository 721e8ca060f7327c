// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import org.opencv.core.Mat;

/** A library's way to resize, of which only the crop is wanted. Not thread-safe. */
interface Resizer extends AutoCloseable {

  /**
   * The crop of the resized image, 8 bits each of blue, green and red, or of grey.
   *
   * @param image 8 bits each of blue, green and red
   * @return valid until the next call; the caller releases it
   */
  Mat crop(Mat image, Placement placement);

  /** Gives up the scratch memory. */
  @Override
  void close();
}
