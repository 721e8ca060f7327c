// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What fetches have taught of the hosts that images come from: those that have delivered one, and
 * those that failed last. Of each, the {@value #MAX_HOSTS} last used. Thread-safe.
 *
 * <p>References come from strangers, and one that names a dead host must not look like an outage.
 * So a host counts as down only where it has delivered before, or where none has yet.
 */
final class Hosts {

  static final int MAX_HOSTS = 1000;

  /** Images delivered, by host. Guarded by this. */
  private final Map<String, Long> delivered = new LastUsed<>();

  /** The last failure of hosts that have not answered since. Guarded by this. */
  private final Map<String, UnavailableException> down = new LastUsed<>();

  /**
   * Hosts of which some have delivered before.
   *
   * @param known as {@link #known} gave them, perhaps several times over
   */
  Hosts(List<String> known) {
    known.forEach(host -> delivered.putIfAbsent(host, 0L));
  }

  /** The host of an image: scheme and authority, in lower case, without user information. */
  static String of(URI uri) {
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    return "%s://%s".formatted(uri.getScheme(), host).toLowerCase(Locale.ROOT);
  }

  /** A whole image came from the host. */
  synchronized void delivered(String host) {
    down.remove(host);
    delivered.merge(host, 1L, Long::sum);
  }

  /** The host has answered, with something that is no image. */
  synchronized void answered(String host) {
    down.remove(host);
  }

  synchronized void failed(String host, UnavailableException failure) {
    down.put(host, failure);
  }

  /** How many images have come from the host. */
  synchronized long deliveries(String host) {
    return delivered.getOrDefault(host, 0L);
  }

  /** Whether a failure of the host may be an outage. */
  synchronized boolean mayBeDown(String host) {
    return delivered.isEmpty() || delivered.containsKey(host);
  }

  /** The last failure of a host that is down; null where it answered last, or is not known. */
  synchronized @Nullable UnavailableException outage(String host) {
    return mayBeDown(host) ? down.get(host) : null;
  }

  /** Hosts that have delivered an image, at most {@value #MAX_HOSTS}, the last used at the end. */
  synchronized List<String> known() {
    return List.copyOf(delivered.keySet());
  }

  private static final class LastUsed<V> extends LinkedHashMap<String, V> {

    private static final long serialVersionUID = 1L;

    LastUsed() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > MAX_HOSTS;
    }
  }
}
