// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.RejectedException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The chain of directories of a TIFF or BigTIFF, each of which describes one page. Immutable.
 * Source: TIFF 6.0, sections 2 and 8, and the design of BigTIFF.
 *
 * @param directories where they start; the last may lie outside of the file
 */
record TiffFile(TiffReader in, List<Long> directories) {

  /** As many pages are looked for, at most. */
  static final int MAX_PAGES = 10_000;

  TiffFile {
    directories = List.copyOf(directories);
  }

  static boolean isTiff(HeaderReader in) {
    return in.startsWith(0, "II*\0")
        || in.startsWith(0, "MM\0*")
        || in.startsWith(0, "II+\0")
        || in.startsWith(0, "MM\0+");
  }

  /**
   * Follows the chain. It ends where a directory is cut off.
   *
   * @throws RejectedException where it is a loop, or too long
   */
  static TiffFile read(HeaderReader bytes) throws RejectedException {
    TiffReader in = TiffReader.of(bytes);
    Set<Long> directories = new LinkedHashSet<>();
    long at = in.firstDirectory();
    while (at != 0) {
      if (directories.size() == MAX_PAGES) {
        throw ImageProbe.malformed("TIFF", "it has more than %d pages".formatted(MAX_PAGES));
      }
      if (!directories.add(at)) {
        throw ImageProbe.malformed("TIFF", "its pages are a loop at byte %d".formatted(at));
      }
      at = in.directoryAfter(at);
    }
    if (directories.isEmpty()) {
      throw ImageProbe.malformed("TIFF", "it has no page");
    }
    return new TiffFile(in, List.copyOf(directories));
  }

  /**
   * Reads one page's directory.
   *
   * @throws RejectedException where it is cut off, or says what can't be
   */
  TiffDirectory directory(int page) throws RejectedException {
    return TiffDirectory.read(in, directories.get(page));
  }
}
