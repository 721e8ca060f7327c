// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.nio.ByteBuffer;

/**
 * A confusion matrix: how often each class was predicted for images of each label. Most of its
 * pairs never occur, so it takes memory for those alone that do ({@link SparsePairs}), until an
 * array of all pairs would take no more ({@link DensePairs}): that holds its pairs in the order in
 * which they are written, which saves sorting them for each checkpoint.
 *
 * <p>Not thread-safe.
 */
final class ConfusionCounts {

  /** Stands for the predicted class of an image for which the model gave none. */
  static final int NO_CLASS = -1;

  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private final int classes;
  private final long denseBytes;
  private PairCounts pairs = new SparsePairs();

  ConfusionCounts(int classes) {
    this.classes = classes;
    this.denseBytes = DensePairs.bytes(keys());
  }

  /** Takes one pair and its count. */
  @FunctionalInterface
  interface PairConsumer {
    /** Takes a pair, of a label and of a class id or {@link #NO_CLASS}. */
    void accept(int label, int predicted, long count);
  }

  /** How many different pairs there are. */
  int size() {
    return pairs.size();
  }

  /** Bytes of the table. */
  long tableBytes() {
    return pairs.bytes();
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
    pairs.add(key, count);
    if (pairs.bytes() > denseBytes) {
      pairs = new DensePairs(keys(), pairs);
    }
  }

  void add(ConfusionCounts other) {
    if (other.pairs instanceof DensePairs && pairs instanceof SparsePairs) {
      pairs = new DensePairs(keys(), pairs);
    }
    other.pairs.forEach(this::add);
  }

  /** Every pair that occurred, in no order that could be relied on. */
  void forEach(PairConsumer consumer) {
    pairs.forEach(
        (key, count) -> {
          int label = (int) (key / (classes + 1L));
          int predicted = (int) (key % (classes + 1L)) - 1;
          consumer.accept(label, predicted, count);
        });
  }

  /** The form that {@code EvaluationState.confusion} documents: equal counts are equal bytes. */
  byte[] toBytes() {
    Leb128.Writer writer = new Leb128.Writer();
    pairs.forEachInOrder(
        new PairCounts.KeyConsumer() {
          private long before = -1;

          @Override
          public void accept(long key, long count) {
            writer.write(key - before);
            writer.write(count);
            before = key;
          }
        });
    return writer.toByteArray();
  }

  /**
   * The counts whose {@link #toBytes} these are.
   *
   * @throws IllegalArgumentException where no counts have this form
   */
  static ConfusionCounts of(int classes, ByteBuffer bytes) {
    ConfusionCounts confusion = new ConfusionCounts(classes);
    confusion.add(bytes);
    return confusion;
  }

  /**
   * Adds the counts whose {@link #toBytes} these are, and gives their sum.
   *
   * @throws IllegalArgumentException where no counts have this form; some may be added then
   */
  long add(ByteBuffer bytes) {
    Leb128.Reader reader = new Leb128.Reader(bytes);
    long sum = 0;
    long key = -1;
    while (reader.hasNext()) {
      long step = reader.next();
      long count = reader.next();
      if (step < 1 || step >= keys() - key || count < 1) {
        throw new IllegalArgumentException(
            "confusion with a step of %d after the key %d and a count of %d, for %d classes"
                .formatted(step, key, count, classes));
      }
      key += step;
      sum = Math.addExact(sum, count);
      add(key, count);
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof ConfusionCounts that) || classes != that.classes) {
      return false;
    }
    boolean[] equal = {size() == that.size()};
    pairs.forEach((key, count) -> equal[0] &= that.pairs.get(key) == count);
    return equal[0];
  }

  @Override
  public int hashCode() {
    long[] hash = {classes};
    pairs.forEach((key, count) -> hash[0] += (key + 1) * GOLDEN_RATIO * count); // in any order
    return Long.hashCode(hash[0]);
  }
}
