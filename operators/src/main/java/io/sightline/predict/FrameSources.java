// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.nio.file.Path;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Opens inputs. */
final class FrameSources {

  private FrameSources() {}

  /** The images of all inputs, in their order; each input is opened when its turn comes. */
  static FrameSource open(Iterable<Input> inputs, PredictSettings settings) {
    return new FrameSource() {
      private @Nullable Iterator<Input> iterator;

      @Override
      public @Nullable Frame next() {
        if (iterator == null) {
          iterator = inputs.iterator();
        }
        return iterator.hasNext() ? single(iterator.next(), settings) : null;
      }

      @Override
      public void close() {}
    };
  }

  /**
   * The image of an input that is one image.
   *
   * @throws IllegalArgumentException where the input may hold several
   */
  static Frame single(Input input, PredictSettings settings) {
    if (input instanceof Inputs.Located located) {
      return file(located.path(), settings);
    }
    if (input instanceof Inputs.Named named) {
      return file(Path.of(named.text()), settings);
    }
    if (input instanceof Inputs.Remote remote) {
      throw new UnsupportedOperationException(remote.uri().getScheme());
    }
    return new Frame(null, null, (Content) input);
  }

  private static Frame file(Path path, PredictSettings settings) {
    return new Frame(path.toString(), null, new FileContent(path, settings.fetch().maxBytes()));
  }
}
