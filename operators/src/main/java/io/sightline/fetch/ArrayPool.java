// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Byte arrays that hold one image after the other. The array that was given back last is taken
 * first: it lies in memory that is mapped and mostly still in the caches, where a new one must be
 * cleared, faults its pages in, and is read from memory by whoever decodes it. An array is at most
 * a quarter longer than asked for (or {@value #SMALLEST} bytes). Thread-safe.
 */
final class ArrayPool {

  private static final int SMALLEST = 4096;
  private static final int STEPS_PER_DOUBLING = 4;

  private final long maxIdleBytes;

  /* Guarded by this. */
  private final Map<Integer, Deque<byte[]>> idle = new HashMap<>();
  private long idleBytes;

  /**
   * An empty pool.
   *
   * @param maxIdleBytes what it holds at most while nobody uses it, in bytes
   */
  ArrayPool(long maxIdleBytes) {
    this.maxIdleBytes = maxIdleBytes;
  }

  /** An array of at least so many bytes, with anything in it. */
  byte[] take(int length) {
    int capacity = capacity(length);
    synchronized (this) {
      Deque<byte[]> fitting = idle.get(capacity);
      byte[] array = fitting == null ? null : fitting.poll();
      if (array != null) {
        idleBytes -= capacity;
        return array;
      }
    }
    return new byte[capacity];
  }

  /**
   * Takes back an array that {@link #take} gave, once, and that nobody reads or writes any more.
   */
  synchronized void giveBack(byte[] array) {
    if (array.length > maxIdleBytes) {
      return;
    }
    if (array.length > maxIdleBytes - idleBytes) {
      // It is full of what is not asked for any more.
      idle.clear();
      idleBytes = 0;
    }
    idle.computeIfAbsent(array.length, capacity -> new ArrayDeque<>()).push(array);
    idleBytes += array.length;
  }

  /** Bytes that are held and not in use. */
  synchronized long idleBytes() {
    return idleBytes;
  }

  private static int capacity(int length) {
    if (length <= SMALLEST) {
      return SMALLEST;
    }
    int step = Integer.highestOneBit(length - 1) / STEPS_PER_DOUBLING;
    long rounded = (length + step - 1L) / step * step;
    return rounded > Integer.MAX_VALUE - 8 ? length : (int) rounded;
  }
}
