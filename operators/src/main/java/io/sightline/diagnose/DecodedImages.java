// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.decode.DecodedImage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Decoded images that are kept for later setups, up to a bound of their memory. Thread-safe. */
final class DecodedImages implements AutoCloseable {

  /** Some 450 images of 500 x 375 pixels. */
  private static final long MAX_BYTES = 256L << 20;

  private record Key(int image, boolean exifOrientation) {}

  private final Map<Key, DecodedImage> kept = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  @Nullable DecodedImage find(int image, boolean exifOrientation) {
    return kept.get(new Key(image, exifOrientation));
  }

  /**
   * Takes an image over, if there is room.
   *
   * @return whether it was taken; else it stays the caller's
   */
  boolean keep(int image, boolean exifOrientation, DecodedImage decoded) {
    if (bytes.addAndGet(decoded.bytes()) > MAX_BYTES) {
      bytes.addAndGet(-decoded.bytes());
      return false;
    }
    kept.put(new Key(image, exifOrientation), decoded);
    return true;
  }

  /** Frees all images; nothing may use them any more. */
  @Override
  public void close() {
    kept.values().forEach(DecodedImage::close);
    kept.clear();
  }
}
