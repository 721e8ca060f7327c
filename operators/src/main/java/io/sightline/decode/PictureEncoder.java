// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.MatOfInt;
import org.opencv.imgcodecs.Imgcodecs;

/** Writes pixels as a picture for people to look at. */
final class PictureEncoder {

  private PictureEncoder() {}

  /**
   * The pixels in the format of a file name's ending.
   *
   * @param ending {@code .jpg} for instance
   * @param parameters of {@code imencode}, in pairs
   */
  static byte[] encode(Mat pixels, String ending, int... parameters) {
    MatOfByte encoded = new MatOfByte();
    MatOfInt pairs = new MatOfInt(parameters);
    try {
      if (!Imgcodecs.imencode(ending, pixels, encoded, pairs)) {
        throw new IllegalStateException("OpenCV could not write a " + ending);
      }
      return encoded.toArray();
    } finally {
      encoded.release();
      pairs.release();
    }
  }
}
