// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;

/**
 * The checked {@code decode.*} options. Immutable.
 *
 * @param maxPixels largest image that is decoded, width times height
 * @param smallImages what becomes of an image that is smaller than the crop
 * @param exifOrientation whether an image is turned as its EXIF orientation says
 */
public record DecodeSettings(long maxPixels, SmallImages smallImages, boolean exifOrientation)
    implements Serializable {

  /** What becomes of an image that is smaller than the crop once it is resized. */
  public enum SmallImages {
    REJECT,
    UPSCALE
  }

  /** The defaults, but for the size. */
  public static DecodeSettings upTo(long maxPixels) {
    return new DecodeSettings(maxPixels, SmallImages.REJECT, true);
  }

  public DecodeSettings {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("maxPixels must be at least 1 (got " + maxPixels + ")");
    }
  }
}
