// SPDX-License-Identifier: Apache-2.0
package io.sightline.batch;

import io.sightline.batch.BatchWindow.Row;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows in one direct buffer, with what they stand for. Whoever was given a batch to run is alone
 * with it until its release; before that it is guarded by its {@link BatchWindow}.
 *
 * @param <T> what a row stands for
 */
public final class Batch<T> {

  private enum State {
    FREE,
    RESERVED,
    COMPLETE
  }

  private final ByteBuffer memory;
  private final int rowBytes;
  private final ByteBuffer[] rows;
  private final State[] states;
  private final long[] reservedNanos;
  private final List<@Nullable T> items;
  private int end;
  private int reserved;
  private int live;
  private boolean sealed;

  Batch(int maxSize, int rowBytes) {
    this.memory = ByteBuffer.allocateDirect(maxSize * rowBytes).order(ByteOrder.nativeOrder());
    this.rowBytes = rowBytes;
    this.rows = new ByteBuffer[maxSize];
    this.states = new State[maxSize];
    this.reservedNanos = new long[maxSize];
    this.items = new ArrayList<>(Collections.nCopies(maxSize, null));
    for (int i = 0; i < maxSize; i++) {
      rows[i] = memory.slice(i * rowBytes, rowBytes).order(ByteOrder.nativeOrder());
      states[i] = State.FREE;
    }
  }

  /** Rows that hold an image, [0, size). */
  public int size() {
    return live;
  }

  /** What row {@code index} stands for. */
  public T item(int index) {
    return Objects.requireNonNull(items.get(index), "no such row");
  }

  /**
   * The whole buffer, in native order, its first {@link #size} rows valid: {@code [maxSize, row]}.
   */
  public ByteBuffer memory() {
    return memory;
  }

  /** When the oldest row was reserved, by the window's clock. */
  public long oldestNanos() {
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < end; i++) {
      if (states[i] != State.FREE) {
        oldest = oldest == Long.MAX_VALUE ? reservedNanos[i] : earlier(oldest, reservedNanos[i]);
      }
    }
    return oldest;
  }

  private static long earlier(long a, long b) {
    return a - b < 0 ? a : b; // nanoTime may overflow: compare by difference
  }

  Row<T> reserve(T item, long nanos) {
    int index = 0;
    while (states[index] != State.FREE) {
      index++;
    }
    states[index] = State.RESERVED;
    reservedNanos[index] = nanos;
    items.set(index, item);
    end = Math.max(end, index + 1);
    reserved++;
    live++;
    return new Row<>(this, index);
  }

  void complete(Row<T> row) {
    requireReserved(row);
    states[row.index()] = State.COMPLETE;
    reserved--;
  }

  void abandon(Row<T> row) {
    requireReserved(row);
    states[row.index()] = State.FREE;
    items.set(row.index(), null);
    reserved--;
    live--;
  }

  /** Moves rows from the end into the gaps that abandoned rows left. */
  void compact() {
    int gap = 0;
    for (int last = end - 1; ; last--) {
      while (last >= 0 && states[last] == State.FREE) {
        last--;
      }
      while (gap < rows.length && states[gap] != State.FREE) {
        gap++;
      }
      if (gap > last) {
        end = last + 1;
        return;
      }
      rows[gap].put(0, rows[last], 0, rowBytes);
      states[gap] = State.COMPLETE;
      reservedNanos[gap] = reservedNanos[last];
      items.set(gap, items.get(last));
      states[last] = State.FREE;
      items.set(last, null);
    }
  }

  void seal() {
    sealed = true;
  }

  void unseal() {
    sealed = false;
  }

  void clear() {
    for (int i = 0; i < rows.length; i++) {
      states[i] = State.FREE;
      items.set(i, null);
    }
    end = 0;
    reserved = 0;
    live = 0;
    sealed = false;
  }

  boolean isFull() {
    return live == rows.length;
  }

  boolean isEmpty() {
    return live == 0;
  }

  boolean isSealed() {
    return sealed;
  }

  /** Rows that are reserved and not yet complete. */
  int pending() {
    return reserved;
  }

  ByteBuffer rowMemory(int index) {
    return rows[index];
  }

  private void requireReserved(Row<T> row) {
    if (states[row.index()] != State.RESERVED) {
      throw new IllegalStateException("row " + row.index() + " is not reserved");
    }
  }
}
