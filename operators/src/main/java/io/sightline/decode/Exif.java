// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.RejectedException;

/** Reads the orientation of an EXIF block. Source: CIPA DC-008 (Exif 2.3), section 4.6.4. */
final class Exif {

  private static final int HEADER = 8;
  private static final int ORIENTATION = 274;
  private static final int SHORT = 3;
  private static final int UPRIGHT = 1;

  private Exif() {}

  /**
   * Whether an image is certainly left as it is stored by whoever applies its orientation.
   *
   * @param in the block from its TIFF header on
   * @return false also where the block can't be read
   */
  static boolean isUpright(HeaderReader in) throws RejectedException {
    if (in.length() < HEADER || !TiffFile.isTiff(in)) {
      return false;
    }
    TiffReader tiff = TiffReader.of(in);
    long directory = tiff.firstDirectory();
    if (tiff.big() || !tiff.has(directory, tiff.countBytes())) {
      return false;
    }
    int entries = (int) tiff.entries((int) directory);
    int first = (int) directory + tiff.countBytes();
    if (!tiff.has(first, (long) entries * tiff.entryBytes())) {
      return false;
    }
    for (int i = 0; i < entries; i++) {
      int at = first + i * tiff.entryBytes();
      if (tiff.u16(at) == ORIENTATION
          && (tiff.u16(at + 2) != SHORT || tiff.u16(at + 8) != UPRIGHT)) {
        return false;
      }
    }
    return true;
  }
}
