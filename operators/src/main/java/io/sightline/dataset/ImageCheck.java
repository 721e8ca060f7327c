// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import io.sightline.reference.RejectedException;

/** Says whether the bytes of a file are an image that can be used. Many threads call it at once. */
@FunctionalInterface
public interface ImageCheck {

  /**
   * Looks at one image, all of it.
   *
   * @throws RejectedException where it can't be used; its detail says why for a person
   */
  void check(byte[] encoded) throws RejectedException;
}
