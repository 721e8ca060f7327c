// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.config.FetchSettings;
import io.sightline.reference.RejectedException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One image, asked for until it comes, or is refused, or {@code fetch.patience} is over. Each
 * attempt is a {@link Fetch} of its own; between them nothing is held, neither thread nor
 * connection nor bytes. Thread-safe.
 */
final class PatientFetch {

  /**
   * So often an image must fail while its host delivers others to be at fault itself, or at each of
   * its attempts after the first where patience allows for fewer: it is too slow, too large, or
   * breaks its server, and neither a restart nor another day will bring it.
   */
  private static final int FAILURES_AMONG_DELIVERIES = 3;

  /** What all fetches of a store share. */
  record Context(
      FetchSettings settings,
      Hosts hosts,
      ScheduledExecutorService timer,
      LongAdder waiting,
      LongAdder retries) {}

  private final String uri;
  private final String host;
  private final Context context;
  private final Consumer<Fetch> sender;
  private final CompletableFuture<ImageBytes> result = new CompletableFuture<>();

  private volatile @Nullable Fetch attempt;
  private volatile @Nullable Future<?> pause;
  private volatile boolean probe;

  /* Written at the end of an attempt, and there is one at a time. */
  private @Nullable Backoff backoff;
  private int attempts;
  private long firstFailureNanos;
  private long deliveries;
  private int failuresAmongDeliveries;

  /**
   * A fetch that is not begun yet.
   *
   * @param sender begins an attempt, and never throws
   */
  PatientFetch(String uri, String host, Context context, Consumer<Fetch> sender) {
    this.uri = uri;
    this.host = host;
    this.context = context;
    this.sender = sender;
    Futures.whenDone(
        result,
        (bytes, failure) -> {
          if (probe) {
            context.hosts().probed(host);
          }
          if (failure != null) {
            giveUp();
          }
        });
  }

  /** Makes the first attempt, unless the host is spared. */
  void begin() {
    switch (context.hosts().admit(host)) {
      case OPEN -> start();
      case PROBE -> {
        probe = true;
        start();
      }
      case SPARED -> {
        UnavailableException outage = context.hosts().outage(host);
        if (outage != null) {
          result.completeExceptionally(outage.withAttempts(0));
        } else { // it has answered just now
          start();
        }
      }
    }
  }

  CompletableFuture<ImageBytes> result() {
    return result;
  }

  private void start() {
    Fetch fetch = new Fetch(uri, context.settings().timeout());
    attempt = fetch;
    Futures.whenDone(fetch.result(), this::ended);
    if (result.isDone()) {
      fetch.result().cancel(false);
    } else {
      sender.accept(fetch);
    }
  }

  /** Ends the attempt whose time is over. */
  void expireIfOver() {
    Fetch current = attempt;
    if (current != null) {
      current.expireIfOver();
    }
  }

  private void giveUp() {
    Fetch current = attempt;
    if (current != null) {
      current.result().cancel(true);
    }
    Future<?> waiting = pause;
    if (waiting != null && waiting.cancel(false)) {
      context.waiting().decrement();
    }
  }

  private void ended(@Nullable ImageBytes bytes, @Nullable Throwable failure) {
    attempts++;
    if (bytes != null) {
      context.hosts().delivered(host);
      if (!result.complete(bytes)) {
        bytes.close();
      }
    } else if (failure instanceof UnavailableException outage) {
      unavailable(outage);
    } else if (failure instanceof RejectedException rejected) {
      if (FetchErrors.isAnswer(rejected.reason())) {
        context.hosts().answered(host);
      }
      result.completeExceptionally(afterAll(rejected));
    } else if (failure != null) {
      result.completeExceptionally(failure);
    }
  }

  private void unavailable(UnavailableException outage) {
    long now = System.nanoTime();
    long delivered = context.hosts().deliveries(host);
    if (attempts == 1) {
      firstFailureNanos = now;
    } else if (delivered > deliveries) {
      failuresAmongDeliveries++;
    }
    deliveries = delivered;
    context.hosts().failed(host, outage);
    long left = context.settings().outage().patience().toNanos() - (now - firstFailureNanos);
    if (left > 0 && !context.hosts().isGivenUp(host)) {
      startAfter(Math.min(left, pauseNanos(outage)));
    } else if (context.hosts().mayBeDown(host) && !isAtFaultItself()) {
      context.hosts().giveUp(host);
      result.completeExceptionally(outage.withAttempts(attempts));
    } else {
      result.completeExceptionally(afterAll(outage));
    }
  }

  private boolean isAtFaultItself() {
    return attempts > 1
        && failuresAmongDeliveries >= Math.min(FAILURES_AMONG_DELIVERIES, attempts - 1);
  }

  private long pauseNanos(UnavailableException outage) {
    Backoff pauses = backoff == null ? new Backoff(new SplittableRandom()) : backoff;
    backoff = pauses;
    return pauses.nextNanos(outage.retryAfter());
  }

  private RejectedException afterAll(RejectedException last) {
    return new RejectedException(last.reason(), last.detail(), attempts);
  }

  private void startAfter(long nanos) {
    if (result.isDone()) {
      return;
    }
    context.waiting().increment();
    try {
      pause =
          context
              .timer()
              .schedule(
                  () -> {
                    context.waiting().decrement();
                    context.retries().increment();
                    start();
                  },
                  nanos,
                  TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) { // the store is closed
      context.waiting().decrement();
      result.cancel(false);
    }
  }
}
