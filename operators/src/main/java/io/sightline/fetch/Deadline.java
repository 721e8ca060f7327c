// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A time that something may take, without the time for which it waits for us: the clock is stopped
 * while a fetch waits for its share of the budget, so a job that is busy rejects no image for it.
 * Thread-safe.
 */
final class Deadline {

  private final ScheduledExecutorService timer;
  private final Runnable onExpiry;
  private long remainingNanos;
  private long runningSince;
  private @Nullable Future<?> running;
  private boolean stopped;

  Deadline(ScheduledExecutorService timer, Duration time, Runnable onExpiry) {
    this.timer = timer;
    this.remainingNanos = time.toNanos();
    this.onExpiry = onExpiry;
  }

  /** Starts the clock, or starts it again after {@link #pause}. */
  synchronized void run() {
    if (running != null || stopped) {
      return;
    }
    runningSince = System.nanoTime();
    try {
      running = timer.schedule(onExpiry, Math.max(0, remainingNanos), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The store was closed, which ends every fetch.
      stopped = true;
    }
  }

  synchronized void pause() {
    if (running != null) {
      running.cancel(false);
      running = null;
      remainingNanos -= System.nanoTime() - runningSince;
    }
  }

  /** Stops the clock for good. */
  synchronized void stop() {
    stopped = true;
    pause();
  }
}
