// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import java.nio.ByteBuffer;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/** The three planes (red, green, blue) of a row, each a {@code Mat} over the row's own memory. */
final class RowPlanes {

  /** The slices that the planes wrap: a {@code Mat} does not keep its buffer alive. */
  @SuppressWarnings({"unused", "FieldCanBeLocal"})
  private final ByteBuffer[] slices = new ByteBuffer[3];

  private final Mat[] planes = new Mat[3];
  private final long[] addresses = new long[3];

  RowPlanes(ByteBuffer row, int width, int height) {
    int planeBytes = Float.BYTES * width * height;
    for (int plane = 0; plane < 3; plane++) {
      // A Mat ignores a buffer's position, so each plane has a slice of its own.
      slices[plane] = row.slice(plane * planeBytes, planeBytes);
      planes[plane] = new Mat(height, width, CvType.CV_32FC1, slices[plane]);
      addresses[plane] = planes[plane].dataAddr();
    }
  }

  Mat plane(int index) {
    return planes[index];
  }

  /** Whether the plane still is the row's memory after a native write. */
  boolean isInPlace(int index) {
    return planes[index].dataAddr() == addresses[index];
  }
}
