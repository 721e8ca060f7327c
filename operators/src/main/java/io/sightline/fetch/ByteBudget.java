// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A number of bytes that may be held at once. Who wants some waits without a thread, first come
 * first served: a large request is never overtaken by small ones, so it can't starve. A request
 * above the whole budget is granted when nothing else is held. Thread-safe.
 */
final class ByteBudget implements AutoCloseable {

  private record Waiter(long bytes, CompletableFuture<Lease> future) {}

  private final long limit;
  private final Object lock = new Object();

  /* All guarded by lock. */
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private long held;
  private boolean granting;
  private boolean closed;

  /**
   * A budget of which nothing is held.
   *
   * @param limit in bytes, at least 1
   */
  ByteBudget(long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1 (got " + limit + ")");
    }
    this.limit = limit;
  }

  /**
   * Asks for bytes. The future completes on a thread that gives bytes back, or on this one; whoever
   * gets the lease closes it. Cancelling the future gives up the place in the queue.
   */
  CompletableFuture<Lease> acquire(long bytes) {
    Waiter waiter = new Waiter(bytes, new CompletableFuture<>());
    synchronized (lock) {
      if (closed) {
        waiter.future.completeExceptionally(new CancellationException("the budget is closed"));
        return waiter.future;
      }
      waiters.add(waiter);
    }
    grant();
    if (!waiter.future.isDone()) {
      Futures.whenDone(
          waiter.future,
          (lease, failure) -> {
            if (failure != null) {
              forget(waiter);
            }
          });
    }
    return waiter.future;
  }

  /** Takes bytes that are there already, within the budget or not; others wait the longer. */
  Lease take(long bytes) {
    synchronized (lock) {
      held += bytes;
    }
    return new Lease(bytes);
  }

  /** Bytes that are held now; above the limit where {@link #take} went beyond it. */
  long held() {
    synchronized (lock) {
      return held;
    }
  }

  /** Cancels all who wait; leases that were given stay valid. */
  @Override
  public void close() {
    Deque<Waiter> cancelled;
    synchronized (lock) {
      closed = true;
      cancelled = new ArrayDeque<>(waiters);
      waiters.clear();
    }
    cancelled.forEach(waiter -> waiter.future.cancel(false));
  }

  private void forget(Waiter waiter) {
    boolean waited;
    synchronized (lock) {
      waited = waiters.remove(waiter);
    }
    if (waited) {
      grant();
    }
  }

  private void giveBack(long bytes) {
    synchronized (lock) {
      held -= bytes;
    }
    grant();
  }

  /**
   * Serves those at the head of the queue. Only one thread at a time does, and never from within
   * itself: what a granted future sets off may give bytes back at once, and a queue of such would
   * otherwise go as deep into the stack as it is long.
   */
  private void grant() {
    synchronized (lock) {
      if (granting) {
        return;
      }
      granting = true;
    }
    for (Waiter next = next(); next != null; next = next()) {
      Lease lease = new Lease(next.bytes);
      if (!next.future.complete(lease)) {
        lease.close();
      }
    }
  }

  private @Nullable Waiter next() {
    synchronized (lock) {
      Waiter head = waiters.peek();
      if (head == null || (held > 0 && held + head.bytes > limit)) {
        granting = false;
        return null;
      }
      waiters.remove();
      held += head.bytes;
      return head;
    }
  }

  /** Bytes held by one owner. Closing twice has no effect. Thread-safe. */
  final class Lease implements AutoCloseable {

    private long bytes;

    private Lease(long bytes) {
      this.bytes = bytes;
    }

    /** Gives back all above {@code size}. */
    void shrinkTo(long size) {
      long surplus;
      synchronized (lock) {
        surplus = Math.max(0, bytes - size);
        bytes -= surplus;
      }
      if (surplus > 0) {
        giveBack(surplus);
      }
    }

    @Override
    public void close() {
      shrinkTo(0);
    }
  }
}
