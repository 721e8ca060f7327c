// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * The checked {@code batch.*} options. Immutable.
 *
 * @param maxSize images in a full batch, at least 1
 * @param maxDelay how long an image may wait for its batch to fill; zero runs every image at once
 */
public record BatchSettings(int maxSize, Duration maxDelay) implements Serializable {

  public BatchSettings {
    if (maxSize < 1 || maxDelay.isNegative()) {
      throw new IllegalArgumentException(
          "maxSize must be at least 1 and maxDelay at least 0 (got %d, %s)"
              .formatted(maxSize, maxDelay));
    }
  }
}
