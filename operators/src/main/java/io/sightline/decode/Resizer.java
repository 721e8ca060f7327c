// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import org.opencv.core.Mat;

/** A library's way to resize, of which only the crop is wanted. Not thread-safe. */
interface Resizer extends AutoCloseable {

  /**
   * Rows of the image, from the first on, that the crop depends on.
   *
   * @param imageHeight of the image
   */
  int sourceRows(int imageHeight, Placement placement);

  /**
   * The crop of the resized image, 8 bits each of blue, green and red, or of grey.
   *
   * @param image 8 bits each of blue, green and red: its first {@link #sourceRows} at least
   * @param imageHeight of the whole image
   * @return valid until the next call; the caller releases it
   */
  Mat crop(Mat image, int imageHeight, Placement placement);

  /** Gives up the scratch memory. */
  @Override
  void close();
}
