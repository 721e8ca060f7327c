// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.config.FetchSettings;

/** Opens image stores. */
public final class ImageStores {

  private ImageStores() {}

  /**
   * Opens a store that brings inline content, and URIs of the schemes in {@code fetch.schemes}:
   * {@code http} and {@code https} by HTTP, {@code file} and all others by Flink's file systems.
   * The caller closes it.
   */
  public static ImageStore open(FetchSettings settings) {
    return open(settings, HopGate.OPEN);
  }

  static ImageStore open(FetchSettings settings, HopGate gate) {
    return new SchemeStore(settings, gate);
  }
}
