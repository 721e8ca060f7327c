// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import java.nio.ByteBuffer;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/** Faults that OpenCV has on the way from a decoded image to its row. */
public final class RowFaults {

  private RowFaults() {}

  /** Makes the decoded image one that OpenCV's resize throws at. */
  public static void refuseImage(ImageDecoder decoder) {
    Mat image = decoder.decoded();
    image.convertTo(image, CvType.CV_32S);
  }

  /**
   * Makes one of the row's Mats a line too short, at the same address, so that OpenCV gives it new
   * memory when it is written.
   *
   * @param plane 0 where channels are interleaved
   */
  public static void reallocate(ImageDecoder decoder, ByteBuffer row, int plane) {
    decoder.matsOf(row).get(plane).adjustROI(0, -1, 0, 0);
  }
}
