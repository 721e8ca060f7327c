// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.config.FetchSettings;
import java.util.List;

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

  /**
   * Opens a store that knows some hosts already.
   *
   * @param knownHosts as {@link ImageStore#knownHosts} gave them, in several lists or in one
   */
  public static ImageStore open(FetchSettings settings, List<String> knownHosts) {
    return new SchemeStore(settings, HopGate.OPEN, new Hosts(knownHosts));
  }

  static ImageStore open(FetchSettings settings, HopGate gate) {
    return new SchemeStore(settings, gate, new Hosts(List.of()));
  }
}
