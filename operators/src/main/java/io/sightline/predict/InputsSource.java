// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The images of inputs, one input after the other. What holds an open file is closed when it is
 * done, or with this at the latest.
 */
final class InputsSource implements FrameSource {

  private final FrameSources sources;
  private final Iterable<Input> inputs;
  private @Nullable Iterator<Input> iterator;
  private @Nullable FrameSource current;

  InputsSource(FrameSources sources, Iterable<Input> inputs) {
    this.sources = sources;
    this.inputs = inputs;
  }

  @Override
  public @Nullable Frame next() {
    if (iterator == null) {
      iterator = inputs.iterator();
    }
    while (true) {
      if (current != null) {
        Frame frame = current.next();
        if (frame != null) {
          return frame;
        }
        current.close();
        current = null;
      }
      if (!iterator.hasNext()) {
        return null;
      }
      current = sources.source(iterator.next());
    }
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
    }
  }
}
