// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.DecodedImage;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A file of several images. It is open from its listing until each of them was decoded once (or
 * until it is collected, where nobody wanted the last of them); who asks for one later opens it
 * anew. Thread-safe.
 */
final class PagedFile implements FrameSource {

  private final @Nullable String inputPath;
  private final Pages.Opener opener;
  private final int count;
  private int listed;

  // Guarded by this.
  private @Nullable Pages pages;
  private final BitSet decoded = new BitSet();

  private PagedFile(@Nullable String inputPath, Pages.Opener opener, Pages pages) {
    this.inputPath = inputPath;
    this.opener = opener;
    this.pages = pages;
    this.count = pages.count();
  }

  /** Opens and lists a file; where that fails, its only image is the rejection. */
  static FrameSource open(@Nullable String inputPath, Pages.Opener opener) {
    try {
      return new PagedFile(inputPath, opener, opener.open());
    } catch (RejectedException e) {
      return FrameSources.rejected(inputPath, e);
    }
  }

  @Override
  public @Nullable Frame next() {
    if (listed == count) {
      return null;
    }
    int page = listed++;
    return new Frame(inputPath, page, buffer -> new Content.Decoded(decode(page)));
  }

  private synchronized DecodedImage decode(int page) throws RejectedException {
    Pages open = pages;
    if (open == null) {
      try (Pages again = opener.open()) {
        if (page >= again.count()) {
          throw new RejectedException(
              Reason.NOT_FOUND, "the file has %d pages by now".formatted(again.count()));
        }
        return again.decode(page);
      }
    }
    try {
      return open.decode(page);
    } finally {
      decoded.set(page); // not each load: who saves pages loads them twice
      if (decoded.cardinality() == count) {
        release();
      }
    }
  }

  /** Closes the file unless all of it is listed: then workers still decode the last of it. */
  @Override
  public synchronized void close() {
    if (listed < count) {
      release();
    }
  }

  private void release() {
    Pages open = pages;
    pages = null;
    if (open != null) {
      open.close();
    }
  }
}
