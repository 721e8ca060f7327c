// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.util.Arrays;

/**
 * Counts of few of many keys: an open-addressing table of 16 bytes a slot, which is between 3/8 and
 * 3/4 full. Not thread-safe.
 */
final class SparsePairs implements PairCounts {

  private static final int FIRST_CAPACITY = 16;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  /** Odd, so that its multiples visit every slot once. */
  private static final int STRIDE = 0x9E3779B1;

  /** Key + 1 of each slot, 0 for a free slot. Its length is a power of 2. */
  private long[] slots = new long[FIRST_CAPACITY];

  private long[] counts = new long[FIRST_CAPACITY];
  private int size;

  @Override
  public void add(long key, long count) {
    int slot = slotOf(key);
    if (slots[slot] == 0) {
      if (size >= slots.length / 4 * 3) {
        resize(slots.length * 2);
        slot = slotOf(key);
      }
      slots[slot] = key + 1;
      size++;
    }
    counts[slot] = Math.addExact(counts[slot], count);
  }

  @Override
  public long get(long key) {
    return counts[slotOf(key)];
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long bytes() {
    return 2L * Long.BYTES * slots.length;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  private int slotOf(long key) {
    int mask = slots.length - 1;
    int slot = (int) ((key * GOLDEN_RATIO) >>> Long.numberOfLeadingZeros(mask));
    while (slots[slot] != 0 && slots[slot] != key + 1) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void resize(int capacity) {
    long[] oldSlots = slots;
    long[] oldCounts = counts;
    slots = new long[capacity];
    counts = new long[capacity];
    for (int i = 0; i < oldSlots.length; i++) {
      if (oldSlots[i] != 0) {
        int slot = slotOf(oldSlots[i] - 1);
        slots[slot] = oldSlots[i];
        counts[slot] = oldCounts[i];
      }
    }
  }

  @Override
  public void forEach(KeyConsumer consumer) {
    // Not slot by slot: neighbours here are neighbours in another table, and would pile up there.
    int mask = slots.length - 1;
    for (int i = 0, slot = 0; i <= mask; i++, slot = (slot + STRIDE) & mask) {
      if (slots[slot] != 0) {
        consumer.accept(slots[slot] - 1, counts[slot]);
      }
    }
  }

  @Override
  public void forEachInOrder(KeyConsumer consumer) {
    long[] keys = new long[size];
    int found = 0;
    for (long slot : slots) {
      if (slot != 0) {
        keys[found++] = slot - 1;
      }
    }
    Arrays.sort(keys);
    for (long key : keys) {
      consumer.accept(key, counts[slotOf(key)]);
    }
  }
}
