// SPDX-License-Identifier: Apache-2.0
package io.sightline.batch;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The window in which images meet: batches of rows, each batch one direct buffer {@code [maxSize,
 * row]} that is used again and again. Thread-safe.
 *
 * <p>A row goes {@link #reserve reserved} -> {@link #complete complete} or {@link #abandon
 * abandoned}. The open batch is sealed when it is full, or when its oldest row is {@code maxDelay}
 * old; the call that completes the last row of a sealed batch returns it, and its caller runs it
 * and {@link #release releases} it. No call blocks, and every batch is returned exactly once: to
 * the caller of {@code complete}, {@code abandon} or {@link #sealExpired}.
 *
 * <p>An abandoned row is given to the next image of the open batch, or else filled with the last
 * row when the batch is sealed, so that a session never sees the row of an image that is not there.
 *
 * <p>With one buffer more than there are threads that reserve, run and release, {@code reserve}
 * finds a free buffer whenever nobody has left a batch that it was given: a row is pending and a
 * batch is running only while a thread works on it.
 *
 * @param <T> what a row stands for
 */
public final class BatchWindow<T> {

  private final int maxSize;
  private final long maxDelayNanos;
  private final LongSupplier nanoClock;
  private final ArrayDeque<Batch<T>> free = new ArrayDeque<>();
  private @Nullable Batch<T> open;
  private int inflight;

  /**
   * Allocates the buffers.
   *
   * @param maxSize rows of a full batch, at least 1
   * @param maxDelay how old the oldest row of an open batch may get; zero seals a batch as soon as
   *     all its rows are complete
   * @param buffers batches that may be under way at once, at least 1
   * @param rowBytes size of a row, in bytes
   * @param nanoClock the time in nanoseconds, as {@link System#nanoTime} gives it
   */
  public BatchWindow(
      int maxSize, Duration maxDelay, int buffers, int rowBytes, LongSupplier nanoClock) {
    if (maxSize < 1 || buffers < 1 || rowBytes < 1 || maxDelay.isNegative()) {
      throw new IllegalArgumentException(
          "maxSize, buffers and rowBytes must be at least 1 and maxDelay not negative (got %d, %d, %d, %s)"
              .formatted(maxSize, buffers, rowBytes, maxDelay));
    }
    if ((long) maxSize * rowBytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a batch of %d rows of %d bytes exceeds 2 GiB".formatted(maxSize, rowBytes));
    }
    this.maxSize = maxSize;
    this.maxDelayNanos = maxDelay.toNanos();
    this.nanoClock = nanoClock;
    for (int i = 0; i < buffers; i++) {
      free.add(new Batch<>(maxSize, rowBytes));
    }
  }

  /** Direct memory that a window takes, in bytes. */
  public static long directBytes(int maxSize, int buffers, int rowBytes) {
    return (long) maxSize * buffers * rowBytes;
  }

  /**
   * Reserves a row of the open batch for an item; its delay counts from now.
   *
   * @return null where every buffer is sealed and not yet released
   */
  public synchronized @Nullable Row<T> reserve(T item) {
    Batch<T> batch = open;
    if (batch == null) {
      batch = free.poll();
      if (batch == null) {
        return null;
      }
      open = batch;
    }
    Row<T> row = batch.reserve(item, nanoClock.getAsLong());
    if (batch.isFull()) {
      seal(batch);
    }
    return row;
  }

  /**
   * Says that the row's memory holds its image.
   *
   * @return the batch, where this was the last row that a sealed batch waited for: run it now
   */
  public synchronized @Nullable Batch<T> complete(Row<T> row) {
    row.batch().complete(row);
    return takeIfReady(row.batch());
  }

  /**
   * Gives a row up: its image never came to be.
   *
   * @return the batch, where this was the last row that a sealed batch waited for: run it now
   */
  public synchronized @Nullable Batch<T> abandon(Row<T> row) {
    Batch<T> batch = row.batch();
    boolean wasFull = batch.isFull();
    batch.abandon(row);
    if (wasFull && open == null && batch.isSealed() && batch.pending() > 0 && !expired(batch)) {
      batch.unseal();
      open = batch;
      return null;
    }
    return takeIfReady(batch);
  }

  /**
   * Seals the open batch where its oldest row is {@code maxDelay} old.
   *
   * @return the batch, where all its rows are complete: run it now
   */
  public synchronized @Nullable Batch<T> sealExpired() {
    Batch<T> batch = open;
    return batch == null ? null : takeIfReady(batch);
  }

  /**
   * Nanoseconds until {@link #sealExpired} has something to do; {@link Long#MAX_VALUE} for never.
   */
  public synchronized long nanosToDeadline() {
    Batch<T> batch = open;
    if (batch == null || batch.isEmpty()) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, maxDelayNanos - (nanoClock.getAsLong() - batch.oldestNanos()));
  }

  /** Takes back a batch that was run; its rows and items must not be touched any more. */
  public synchronized void release(Batch<T> batch) {
    batch.clear();
    inflight--;
    free.add(batch);
  }

  /** Batches that were returned to be run and are not yet released. */
  public synchronized int inflight() {
    return inflight;
  }

  /** Rows of a full batch. */
  public int maxSize() {
    return maxSize;
  }

  private boolean expired(Batch<T> batch) {
    return !batch.isEmpty() && nanoClock.getAsLong() - batch.oldestNanos() >= maxDelayNanos;
  }

  private void seal(Batch<T> batch) {
    batch.seal();
    if (open == batch) {
      open = null;
    }
  }

  private @Nullable Batch<T> takeIfReady(Batch<T> batch) {
    if (!batch.isSealed() && expired(batch)) {
      seal(batch);
    }
    if (!batch.isSealed() || batch.pending() > 0) {
      return null;
    }
    batch.compact();
    if (batch.size() == 0) { // every image of it was rejected
      batch.clear();
      free.add(batch);
      return null;
    }
    inflight++;
    return batch;
  }

  /** A row of a batch, from its reservation to the batch's release. */
  public static final class Row<T> {

    private final Batch<T> batch;
    private final int index;

    Row(Batch<T> batch, int index) {
      this.batch = batch;
      this.index = index;
    }

    /**
     * The row's memory, a direct buffer in native order: the same object each time for the same
     * memory.
     */
    public ByteBuffer memory() {
      return batch.rowMemory(index);
    }

    Batch<T> batch() {
      return batch;
    }

    int index() {
      return index;
    }
  }
}
