// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.RowFormat.Layout;
import java.nio.ByteBuffer;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/**
 * A row as OpenCV sees it, over the row's own memory: a {@code Mat} a plane, or one of interleaved
 * channels.
 */
final class RowMats {

  /** The slices that the Mats wrap: a {@code Mat} does not keep its buffer alive. */
  @SuppressWarnings({"unused", "FieldCanBeLocal"})
  private final ByteBuffer[] slices;

  private final Mat[] mats;
  private final long[] addresses;

  /**
   * @param channels of the row, 1 or 3
   */
  RowMats(ByteBuffer row, RowFormat format, int channels, int width, int height) {
    int count = format.layout() == Layout.NCHW ? channels : 1;
    int matBytes = format.type().bytes() * channels / count * width * height;
    int type = CvType.makeType(depthOf(format), channels / count);
    slices = new ByteBuffer[count];
    mats = new Mat[count];
    addresses = new long[count];
    for (int i = 0; i < count; i++) {
      // A Mat ignores a buffer's position, so each has a slice of its own.
      slices[i] = row.slice(i * matBytes, matBytes);
      mats[i] = new Mat(height, width, type, slices[i]);
      addresses[i] = mats[i].dataAddr();
    }
  }

  private static int depthOf(RowFormat format) {
    return switch (format.type()) {
      case FLOAT32 -> CvType.CV_32F;
      case FLOAT16 -> CvType.CV_16F;
      case UINT8 -> CvType.CV_8U;
    };
  }

  Mat get(int index) {
    return mats[index];
  }

  /** Whether a Mat still is the row's memory after a native write. */
  boolean isInPlace(int index) {
    return mats[index].dataAddr() == addresses[index];
  }
}
