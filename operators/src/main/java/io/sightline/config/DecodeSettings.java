// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;

/**
 * The checked {@code decode.*} options. Immutable.
 *
 * @param maxPixels largest image that is decoded, width times height
 */
public record DecodeSettings(long maxPixels) implements Serializable {

  public DecodeSettings {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("maxPixels must be at least 1 (got " + maxPixels + ")");
    }
  }
}
