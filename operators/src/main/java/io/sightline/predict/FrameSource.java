// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import org.jspecify.annotations.Nullable;

/**
 * The images of inputs, one after the other. Used by one thread at a time.
 *
 * <p>{@link #next} is called while other workers wait for it: it opens and lists, and leaves the
 * reading of an image to its content. What is bad already when it is listed is a frame whose
 * content throws.
 */
interface FrameSource extends AutoCloseable {

  /** The next image; null where there are no more. It may block where an input does. */
  @Nullable Frame next();

  /** Closes what is open, after which {@link #next} is not called again. */
  @Override
  void close();
}
