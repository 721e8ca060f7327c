// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The threads that wait for file systems: as few at a time as keep up with the reads. A thread that
 * wakes up takes a core from a worker, and what the worker had in its caches; where reads come from
 * memory, one thread is done with them before a second one is awake. Where a read takes longer than
 * a millisecond, all threads that there may be go to work. Thread-safe.
 */
final class ReadThreads implements AutoCloseable {

  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ThreadPoolExecutor executor;
  private final int max;
  private final LongSupplier nanoClock;
  private final Object lock = new Object();

  /* All guarded by lock. */
  private final Deque<FutureTask<?>> waiting = new ArrayDeque<>();
  private int awake;
  private long lastStep;
  private boolean slow;
  private boolean closed;

  /**
   * Threads that are to be started.
   *
   * @param max reads that may be under way at once, at least 1
   * @param factory makes the threads
   * @param nanoClock the time in nanoseconds, as {@link System#nanoTime} gives it
   */
  ReadThreads(int max, ThreadFactory factory, LongSupplier nanoClock) {
    this.executor =
        new ThreadPoolExecutor(max, max, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    this.max = max;
    this.nanoClock = nanoClock;
  }

  /**
   * Starts all threads, so that it is known now where the system has none left, and not when one is
   * woken.
   *
   * @throws OutOfMemoryError where it has none; {@link #close} ends those that were started
   */
  void start() {
    executor.prestartAllCoreThreads();
  }

  /**
   * Runs a read on one of the threads; reads begin in the order in which they come.
   *
   * @param read keeps what it throws, and may be cancelled with an interrupt
   * @throws RejectedExecutionException where this is closed
   */
  void execute(FutureTask<?> read) {
    synchronized (lock) {
      if (closed) {
        throw new RejectedExecutionException("the threads are closed");
      }
      waiting.add(read);
      if (slow || isStuck()) {
        wakeOne();
      }
    }
  }

  /** Sees to it that a read that hangs holds up no other; to be called now and then. */
  void tick() {
    synchronized (lock) {
      if (!waiting.isEmpty() && isStuck()) {
        wakeOne();
      }
    }
  }

  /** Interrupts the reads that are under way, and forgets those that wait. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      waiting.clear();
      executor.shutdownNow();
    }
  }

  /** Whether none is at work, or none has begun a read for so long that those at work may hang. */
  private boolean isStuck() {
    return awake == 0 || nanoClock.getAsLong() - lastStep > SLOW_NANOS;
  }

  private void wakeOne() {
    if (awake < max) {
      awake++;
      lastStep = nanoClock.getAsLong();
      executor.execute(this::read);
    }
  }

  private void read() {
    while (true) {
      FutureTask<?> next;
      long started;
      synchronized (lock) {
        // What a cancelled read may have left; an interrupt of close() comes after it is closed.
        Thread.interrupted();
        next = waiting.poll();
        if (next == null) {
          awake--;
          return;
        }
        started = nanoClock.getAsLong();
        lastStep = started;
      }
      next.run();
      synchronized (lock) {
        slow = nanoClock.getAsLong() - started > SLOW_NANOS;
        if (slow && !waiting.isEmpty()) {
          wakeOne();
        }
      }
    }
  }
}
