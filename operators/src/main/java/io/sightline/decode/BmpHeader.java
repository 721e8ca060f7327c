// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.RejectedException;
import java.util.Set;

/**
 * Reads the header of a BMP image. Source: Microsoft's description of BITMAPFILEHEADER,
 * BITMAPCOREHEADER and BITMAPINFOHEADER with its successors.
 */
final class BmpHeader {

  private static final int INFO = 14;
  private static final int CORE_SIZE = 12;

  /** Sizes of the headers that there are: OS/2's two, and Windows' five. */
  private static final Set<Long> SIZES = Set.of(12L, 40L, 52L, 56L, 64L, 108L, 124L);

  private BmpHeader() {}

  static boolean isBmp(HeaderReader in) {
    return in.startsWith(0, "BM") && (in.length() < INFO + 4 || SIZES.contains(in.u32le(INFO)));
  }

  static ImageHeader read(HeaderReader in) throws RejectedException {
    in.require(INFO + 4, "BMP");
    long size = in.u32le(INFO);
    in.require(INFO + size, "BMP");
    if (size == CORE_SIZE) {
      return ImageProbe.header(ImageFormat.BMP, "BMP", in.u16le(INFO + 4), in.u16le(INFO + 6));
    }
    long height = in.i32le(INFO + 8); // below 0 where rows are stored from top to bottom
    return ImageProbe.header(ImageFormat.BMP, "BMP", in.i32le(INFO + 4), Math.abs(height));
  }
}
