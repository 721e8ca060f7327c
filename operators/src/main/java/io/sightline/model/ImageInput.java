// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.RowFormat;
import java.io.Serializable;

/**
 * The image input of a graph: {@code [N, C, H, W]} or {@code [N, H, W, C]}, as its format says.
 * Immutable.
 *
 * @param name in the graph
 * @param format layout and type of an image's row in a batch
 * @param channels C, 1 or 3
 * @param height H in pixels; where the graph leaves it free, that of the preprocessing
 * @param width W in pixels; where the graph leaves it free, that of the preprocessing
 * @param fixedBatch N where the graph fixes it; 0 where it is free
 */
public record ImageInput(
    String name, RowFormat format, int channels, int height, int width, int fixedBatch)
    implements Serializable {

  /** Bytes of one image in a batch. */
  public int rowBytes() {
    return Math.multiplyExact(channels * format.type().bytes(), Math.multiplyExact(height, width));
  }

  /** Shape of a batch. */
  public long[] shape(int batch) {
    return format.layout() == RowFormat.Layout.NCHW
        ? new long[] {batch, channels, height, width}
        : new long[] {batch, height, width, channels};
  }
}
