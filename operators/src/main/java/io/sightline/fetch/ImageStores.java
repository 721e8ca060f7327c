// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.config.FetchSettings;
import io.sightline.config.OutageSettings.OnUnavailable;
import java.net.InetAddress;
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
    return open(settings, new NameGate(InetAddress::getAllByName));
  }

  /**
   * Opens a store that knows some hosts already, and where {@code fetch.on-unavailable} is retry
   * spares those that are down: one image at a time asks them, and all others fail at once.
   *
   * @param knownHosts as {@link ImageStore#knownHosts} gave them, of one store or of several
   */
  public static ImageStore open(FetchSettings settings, List<String> knownHosts) {
    boolean sparing = settings.outage().onUnavailable() == OnUnavailable.RETRY;
    return open(
        settings,
        new NameGate(InetAddress::getAllByName),
        new Hosts(knownHosts, sparing, System::nanoTime));
  }

  static ImageStore open(FetchSettings settings, HopGate gate) {
    return open(settings, gate, new Hosts(List.of(), false, System::nanoTime));
  }

  private static ImageStore open(FetchSettings settings, HopGate gate, Hosts hosts) {
    return SchemeStore.open(settings, gate, hosts, DaemonThreads::new);
  }
}
