// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.time.Duration;

/**
 * A time that something may take, without the time for which it waits for us: the clock is stopped
 * while a fetch waits for its share of the budget, so a job that is busy rejects no image for it.
 * Nothing watches the clock by itself: a timer for each image would wake a thread for each, so
 * whoever owns many deadlines asks all of them now and then. Thread-safe.
 */
final class Deadline {

  private long remainingNanos;
  private long runningSince;
  private boolean running;
  private boolean stopped;

  Deadline(Duration time) {
    this.remainingNanos = time.toNanos();
  }

  /** Starts the clock, or starts it again after {@link #pause}. */
  synchronized void run() {
    if (!running && !stopped) {
      runningSince = System.nanoTime();
      running = true;
    }
  }

  synchronized void pause() {
    if (running) {
      running = false;
      remainingNanos -= System.nanoTime() - runningSince;
    }
  }

  /** Stops the clock for good. */
  synchronized void stop() {
    running = false;
    stopped = true;
  }

  /** Whether the time is over; never while the clock is stopped. */
  synchronized boolean isOver() {
    return running && System.nanoTime() - runningSince >= remainingNanos;
  }
}
