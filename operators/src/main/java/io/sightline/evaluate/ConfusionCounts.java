// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.util.Arrays;

/**
 * A sparse confusion matrix: how often each class was predicted for images of each label. It takes
 * memory for the pairs that occur alone: 16 bytes a slot of an open-addressing table that is
 * between 3/8 and 3/4 full.
 *
 * <p>Not thread-safe.
 */
final class ConfusionCounts {

  /** Stands for the predicted class of an image for which the model gave none. */
  static final int NO_CLASS = -1;

  private static final int FIRST_CAPACITY = 16;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  /** Odd, so that its multiples visit every slot once. */
  private static final int STRIDE = 0x9E3779B1;

  private final int classes;

  /** Key + 1 of each slot's pair, 0 for a free slot. Its length is a power of 2. */
  private long[] slots = new long[FIRST_CAPACITY];

  private long[] counts = new long[FIRST_CAPACITY];
  private int size;

  ConfusionCounts(int classes) {
    this.classes = classes;
  }

  /** Takes one pair and its count. */
  @FunctionalInterface
  interface PairConsumer {
    /** Takes a pair, of a label and of a class id or {@link #NO_CLASS}. */
    void accept(int label, int predicted, long count);
  }

  /** How many different pairs there are. */
  int size() {
    return size;
  }

  /** Bytes of the table. */
  long tableBytes() {
    return (long) Long.BYTES * (slots.length + counts.length);
  }

  /** One more image of {@code label} that was taken for {@code predicted}. */
  void increment(int label, int predicted) {
    add(key(label, predicted), 1);
  }

  /**
   * The place of a pair in the order of the form: by label, then by predicted class, with {@link
   * #NO_CLASS} first.
   */
  private long key(int label, int predicted) {
    return label * (classes + 1L) + predicted + 1;
  }

  /** One more than the largest key. */
  private long keys() {
    return classes * (classes + 1L);
  }

  private void add(long key, long count) {
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

  void add(ConfusionCounts other) {
    // Not slot by slot: neighbours there are neighbours here, and would pile up at one end.
    int mask = other.slots.length - 1;
    for (int i = 0, slot = 0; i <= mask; i++, slot = (slot + STRIDE) & mask) {
      if (other.slots[slot] != 0) {
        add(other.slots[slot] - 1, other.counts[slot]);
      }
    }
  }

  /** Every pair that occurred, in no order that could be relied on. */
  void forEach(PairConsumer consumer) {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] != 0) {
        long key = slots[i] - 1;
        int label = (int) (key / (classes + 1L));
        int predicted = (int) (key % (classes + 1L)) - 1;
        consumer.accept(label, predicted, counts[i]);
      }
    }
  }

  private long[] sortedKeys() {
    long[] keys = new long[size];
    int found = 0;
    for (long slot : slots) {
      if (slot != 0) {
        keys[found++] = slot - 1;
      }
    }
    Arrays.sort(keys);
    return keys;
  }

  /** The form that {@code EvaluationState.confusion} documents: equal counts are equal bytes. */
  byte[] toBytes() {
    Leb128.Writer writer = new Leb128.Writer();
    long before = -1;
    for (long key : sortedKeys()) {
      writer.write(key - before);
      writer.write(counts[slotOf(key)]);
      before = key;
    }
    return writer.toByteArray();
  }

  /**
   * The counts whose {@link #toBytes} these are.
   *
   * @throws IllegalArgumentException where no counts have this form
   */
  static ConfusionCounts of(int classes, byte[] bytes) {
    ConfusionCounts confusion = new ConfusionCounts(classes);
    Leb128.Reader reader = new Leb128.Reader(bytes);
    long key = -1;
    while (reader.hasNext()) {
      long step = reader.next();
      long count = reader.next();
      if (step < 1 || step >= confusion.keys() - key || count < 1) {
        throw new IllegalArgumentException(
            "confusion with a step of %d after the key %d and a count of %d, for %d classes"
                .formatted(step, key, count, classes));
      }
      key += step;
      confusion.add(key, count);
    }
    return confusion;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof ConfusionCounts that) || classes != that.classes || size != that.size) {
      return false;
    }
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] != 0) {
        int slot = that.slotOf(slots[i] - 1);
        if (that.slots[slot] != slots[i] || that.counts[slot] != counts[i]) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    long hash = classes;
    for (int i = 0; i < slots.length; i++) {
      hash += slots[i] * GOLDEN_RATIO * counts[i]; // whatever the order of the slots
    }
    return Long.hashCode(hash);
  }
}
