// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

/**
 * Says that OpenCV wrote an image somewhere else than into its row, as it does without a word where
 * size or type differ: the row may still hold the image before. A fault of the code, never of the
 * image; it fails the task.
 */
public final class ReallocatedRowError extends Error {

  ReallocatedRowError(String message) {
    super(message);
  }
}
