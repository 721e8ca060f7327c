// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What fetches have taught of the hosts that images come from: those that have delivered one, and
 * those that failed last. Of each, the {@value #MAX_HOSTS} last used. Thread-safe.
 *
 * <p>References come from strangers, and one that names a dead host must not look like an outage.
 * So a host counts as down only where it has delivered before, or where none has yet. Inline images
 * count as delivered by a host, {@value #INLINE}.
 *
 * <p>A host that outlasted the patience with one image would outlast it with each, and those who
 * wait would take the places of images of other hosts. Where it is asked for, such a host is spared
 * (a circuit breaker): one image at a time, a second apart, asks it, and all others are sent away.
 */
final class Hosts {

  static final int MAX_HOSTS = 1000;

  /** Where inline images come from: no host, but those who have it have work. */
  static final String INLINE = "inline";

  static final Duration PROBE_PAUSE = Duration.ofSeconds(1);

  /** Images delivered, by host. Guarded by this. */
  private final Map<String, Long> delivered = new LastUsed<>();

  /** Hosts that have failed and not answered since. Guarded by this. */
  private final Map<String, Outage> down = new LastUsed<>();

  private final boolean sparing;
  private final LongSupplier nanoClock;

  /** What is known of a host that failed last. */
  private static final class Outage {

    private UnavailableException last;
    private boolean givenUp;
    private boolean probed;
    private long lastProbe;

    Outage(UnavailableException last) {
      this.last = last;
    }
  }

  /** Whether a host may be asked for an image. */
  enum Admission {
    /** As for any host. */
    OPEN,
    /** Once, to see whether it is up again; {@link #probed} must follow. */
    PROBE,
    /** Not now: it was given up, and another is asking it. */
    SPARED
  }

  /**
   * Hosts of which some have delivered before.
   *
   * @param known as {@link #known} gave them, perhaps several times over
   * @param sparing whether a host that outlasted one patience is spared until a probe has succeeded
   */
  Hosts(List<String> known, boolean sparing, LongSupplier nanoClock) {
    this.sparing = sparing;
    this.nanoClock = nanoClock;
    known.forEach(host -> delivered.putIfAbsent(host, 0L));
  }

  /** The host of an image: scheme and authority, in lower case, without user information. */
  static String of(URI uri) {
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    return (uri.getScheme() + "://" + host).toLowerCase(Locale.ROOT);
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
    down.computeIfAbsent(host, unused -> new Outage(failure)).last = failure;
  }

  /** The host has outlasted the patience with an image. */
  synchronized void giveUp(String host) {
    Outage outage = down.get(host);
    if (outage != null) {
      outage.givenUp = sparing;
    }
  }

  /** Whether nothing but probes should ask the host. */
  synchronized boolean isGivenUp(String host) {
    Outage outage = down.get(host);
    return outage != null && outage.givenUp && mayBeDown(host);
  }

  /** Asks for leave to ask the host. */
  synchronized Admission admit(String host) {
    Outage outage = down.get(host);
    if (outage == null || !isGivenUp(host)) {
      return Admission.OPEN;
    }
    if (outage.probed || nanoClock.getAsLong() - outage.lastProbe < PROBE_PAUSE.toNanos()) {
      return Admission.SPARED;
    }
    outage.probed = true;
    return Admission.PROBE;
  }

  /** Ends a probe, whatever it has found. */
  synchronized void probed(String host) {
    Outage outage = down.get(host);
    if (outage != null) {
      outage.probed = false;
      outage.lastProbe = nanoClock.getAsLong();
    }
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
    Outage outage = mayBeDown(host) ? down.get(host) : null;
    return outage == null ? null : outage.last;
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
