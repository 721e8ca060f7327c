// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/**
 * Counts of many of the keys that there are: an array of 8 bytes a key, which has them in their
 * order. Not thread-safe.
 */
final class DensePairs implements PairCounts {

  private static final int MOST_KEYS = Integer.MAX_VALUE - 8;

  private final long[] counts;
  private int size;

  /**
   * The counts of others.
   *
   * @param keys above all keys that occur
   */
  DensePairs(long keys, PairCounts others) {
    counts = new long[Math.toIntExact(keys)];
    others.forEach(this::add);
  }

  /** Bytes that so many keys take; {@link Long#MAX_VALUE} where no array has room for them. */
  static long bytes(long keys) {
    return keys > MOST_KEYS ? Long.MAX_VALUE : keys * Long.BYTES;
  }

  @Override
  public void add(long key, long count) {
    int index = (int) key;
    if (counts[index] == 0) {
      size++;
    }
    counts[index] = Math.addExact(counts[index], count);
  }

  @Override
  public long get(long key) {
    return counts[(int) key];
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long bytes() {
    return bytes(counts.length);
  }

  @Override
  public void forEach(KeyConsumer consumer) {
    forEachInOrder(consumer);
  }

  @Override
  public void forEachInOrder(KeyConsumer consumer) {
    for (int key = 0; key < counts.length; key++) {
      if (counts[key] != 0) {
        consumer.accept(key, counts[key]);
      }
    }
  }
}
