// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/** How often each key occurred. Keys are whole numbers from 0. Not thread-safe. */
sealed interface PairCounts permits SparsePairs, DensePairs {

  /** Takes a key that occurred, and its count. */
  @FunctionalInterface
  interface KeyConsumer {
    /** Takes a key and a count above 0. */
    void accept(long key, long count);
  }

  /**
   * Adds to the count of a key.
   *
   * @param count above 0
   * @throws ArithmeticException where the sum is beyond a long
   */
  void add(long key, long count);

  /** The count of a key; 0 where it did not occur. */
  long get(long key);

  /** How many different keys occurred. */
  int size();

  /** Bytes that this takes. */
  long bytes();

  /**
   * Every key that occurred, in no order that could be relied on, but one in which they can be
   * added to any other counts.
   */
  void forEach(KeyConsumer consumer);

  /** Every key that occurred, the lowest first. */
  void forEachInOrder(KeyConsumer consumer);
}
