// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.config.OutageSettings;
import io.sightline.fetch.UnavailableException;
import io.sightline.schemas.FetchAttempts;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Retry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Decides when a reference whose store is down is asked for again. Thread-safe. */
final class Retries {

  private static final Duration LONGEST_DELAY = Duration.ofMinutes(10);
  private static final double JITTER = 0.25;
  private static final int MAX_DOUBLINGS = 20;

  private final OutageSettings settings;
  private final InstantSource clock;
  private final DoubleSupplier random;

  Retries(OutageSettings settings, InstantSource clock) {
    this(settings, clock, () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * Retries with a given chance.
   *
   * @param random gives numbers from 0 to 1
   */
  Retries(OutageSettings settings, InstantSource clock, DoubleSupplier random) {
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  /** Attempts of all rounds, with those of the last. */
  static int attempts(ImageReference reference, int last) {
    FetchAttempts before = reference.getFetchAttempts();
    return before == null ? last : before.getAttempts() + last;
  }

  /** The next round of a reference; null where {@code fetch.retry-for} is over. */
  @Nullable Retry next(ImageReference reference, UnavailableException outage) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    FetchAttempts before = reference.getFetchAttempts();
    Instant firstFailed = before == null ? now : before.getFirstFailedAt();
    int rounds = before == null ? 0 : before.getRounds();
    Instant end = firstFailed.plus(settings.retryFor());
    if (!now.isBefore(end)) {
      return null;
    }
    Instant notBefore = now.plus(delay(rounds, outage.retryAfter()));
    return new Retry(
        with(
            reference,
            new FetchAttempts(rounds + 1, attempts(reference, outage.attempts()), firstFailed)),
        notBefore.isAfter(end) ? end : notBefore,
        outage.reason().label(),
        outage.detail());
  }

  /**
   * A copy that shares all else: Avro's own copies move the positions of buffers for a moment, and
   * the task thread may be writing them into a checkpoint.
   */
  private static ImageReference with(ImageReference reference, FetchAttempts attempts) {
    return new ImageReference(
        reference.getId(),
        reference.getUri(),
        reference.getContent(),
        reference.getLabel(),
        reference.getAttributes(),
        reference.getSubmittedAt(),
        reference.getOrigin(),
        attempts);
  }

  private Duration delay(int rounds, @Nullable Duration retryAfter) {
    Duration first = settings.retryDelay();
    Duration longest = first.compareTo(LONGEST_DELAY) > 0 ? first : LONGEST_DELAY;
    long doubled = first.toMillis() << Math.min(rounds, MAX_DOUBLINGS);
    Duration delay = Duration.ofMillis(Math.min(longest.toMillis(), doubled));
    if (retryAfter != null && retryAfter.compareTo(delay) > 0) {
      delay = retryAfter;
    }
    return delay.plusMillis((long) (delay.toMillis() * JITTER * random.getAsDouble()));
  }
}
