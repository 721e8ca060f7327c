// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.reference.RejectedException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An encoded image whose bytes were read already when it was listed. They are let go with the first
 * load; who loads it once more reads it again.
 */
final class HandedContent implements Content {

  private final AtomicReference<byte @Nullable []> handed;
  private final Content again;

  HandedContent(byte[] handed, Content again) {
    this.handed = new AtomicReference<>(handed);
    this.again = again;
  }

  @Override
  public Loaded load(ReadBuffer buffer) throws RejectedException {
    byte[] bytes = handed.getAndSet(null);
    return bytes == null ? again.load(buffer) : new Encoded(bytes, 0, bytes.length);
  }
}
