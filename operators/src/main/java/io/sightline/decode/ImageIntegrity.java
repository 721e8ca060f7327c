// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;

/** Whether an image can be decoded, without a model that wants it. Thread-safe. */
public final class ImageIntegrity {

  private ImageIntegrity() {}

  /**
   * Decodes an image and lets it go.
   *
   * @param encoded an image in a format that is decoded
   * @throws RejectedException where it is no image, larger than {@code maxPixels}, or broken
   */
  public static void check(byte[] encoded, DecodeSettings settings) throws RejectedException {
    DecodedImage.of(encoded, settings).close();
  }
}
