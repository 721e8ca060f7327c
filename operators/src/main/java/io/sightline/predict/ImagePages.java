// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.DecodedImage;
import io.sightline.decode.ImageFrames;
import io.sightline.reference.RejectedException;
import java.util.Arrays;

/** The frames of a TIFF or GIF. */
record ImagePages(ImageFrames frames) implements Pages {

  static Pages open(Content content, DecodeSettings settings) throws RejectedException {
    return new ImagePages(ImageFrames.open(bytes(content), settings));
  }

  /** The bytes of an encoded image, in an array of their own. */
  static byte[] bytes(Content content) throws RejectedException {
    try (Content.Loaded loaded = content.load(new ReadBuffer())) {
      Content.Encoded encoded = (Content.Encoded) loaded;
      int end = encoded.offset() + encoded.length();
      return encoded.offset() == 0 && end == encoded.array().length
          ? encoded.array()
          : Arrays.copyOfRange(encoded.array(), encoded.offset(), end);
    }
  }

  @Override
  public int count() {
    return frames.count();
  }

  @Override
  public DecodedImage decode(int page) throws RejectedException {
    return frames.decode(page);
  }

  @Override
  public void close() {
    frames.close();
  }
}
