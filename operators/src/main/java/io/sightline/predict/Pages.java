// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.DecodedImage;
import io.sightline.reference.RejectedException;

/** The pages or frames of one file, all of them images. Used by one thread at a time. */
interface Pages extends AutoCloseable {

  /** Opens a file. */
  interface Opener {

    /**
     * Opens it, and decodes nothing yet.
     *
     * @throws RejectedException where it is not such a file
     */
    Pages open() throws RejectedException;
  }

  /** How many there are, at least 1. */
  int count();

  /**
   * Decodes a page.
   *
   * @param page below {@link #count}
   * @throws RejectedException where it is too large or broken
   */
  DecodedImage decode(int page) throws RejectedException;

  @Override
  void close();
}
