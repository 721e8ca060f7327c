// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import org.jspecify.annotations.Nullable;

/** The image of an input that is one image. */
final class OneFrame implements FrameSource {

  private @Nullable Frame frame;

  OneFrame(Frame frame) {
    this.frame = frame;
  }

  @Override
  public @Nullable Frame next() {
    Frame next = frame;
    frame = null;
    return next;
  }

  @Override
  public void close() {}
}
