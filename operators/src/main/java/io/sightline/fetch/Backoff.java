// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Pauses between the attempts of one fetch: random between 100 ms and three times the pause before,
 * at most 5 s, so that those who failed together do not come back together ("decorrelated jitter",
 * Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015). Not thread-safe.
 */
final class Backoff {

  static final Duration SHORTEST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofSeconds(5);

  private final RandomGenerator random;
  private long previousNanos = SHORTEST.toNanos();

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The next pause, in nanoseconds.
   *
   * @param retryAfter before which nobody must come back; null where the store does not say
   */
  long nextNanos(@Nullable Duration retryAfter) {
    long most = Math.min(LONGEST.toNanos(), 3 * previousNanos);
    previousNanos = random.nextLong(SHORTEST.toNanos(), most + 1);
    return previousNanos + (retryAfter == null ? 0 : retryAfter.toNanos());
  }
}
