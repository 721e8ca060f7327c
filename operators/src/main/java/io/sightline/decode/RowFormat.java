// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import java.io.Serializable;

/**
 * How the values of one image lie in the memory of its row, in native byte order. Immutable.
 *
 * @param layout of channels, rows and columns
 * @param type of a value
 */
public record RowFormat(Layout layout, ElementType type) implements Serializable {

  /** {@code [C, H, W]} float32, what most models take. */
  public static final RowFormat PLANAR_FLOAT32 = new RowFormat(Layout.NCHW, ElementType.FLOAT32);

  /** The order of an image's dimensions, by the names that ONNX uses for a batch of them. */
  public enum Layout {
    /** A plane a channel: {@code [C, H, W]}. */
    NCHW,
    /** The channels of a pixel side by side: {@code [H, W, C]}. */
    NHWC
  }

  /** Type of a tensor's values, by ONNX's names. */
  public enum ElementType {
    FLOAT32(4),
    /** IEEE 754 half precision. */
    FLOAT16(2),
    /** The pixels themselves, 0..255. */
    UINT8(1);

    private final int bytes;

    ElementType(int bytes) {
      this.bytes = bytes;
    }

    /** Bytes of one value. */
    public int bytes() {
      return bytes;
    }
  }
}
