// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import java.util.Random;

/**
 * The way of a network through its training images: each epoch shows all of them once, in a new
 * order, each mirrored or not. Order and mirroring come from a seed.
 */
final class Training {

  private static final int BATCH = 128;

  private final Network network;
  private final LabelledImages images;
  private final Random random;
  private final int[] order;

  Training(Network network, LabelledImages images, int seed) {
    this.network = network;
    this.images = images;
    this.random = new Random(seed);
    this.order = new int[images.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
  }

  /** Steps of one epoch. */
  static int steps(LabelledImages images) {
    return (images.size() + BATCH - 1) / BATCH;
  }

  /** Trains one epoch; the mean of its losses. */
  double epoch() {
    shuffle();
    double losses = 0;
    for (int start = 0; start < order.length; start += BATCH) {
      losses += step(start, Math.min(BATCH, order.length - start));
    }
    return losses / steps(images);
  }

  private float step(int start, int size) {
    float[] batch = new float[size * Normalization.IMAGE_FLOATS];
    long[] labels = new long[size];
    for (int i = 0; i < size; i++) {
      int image = order[start + i];
      Normalization.write(images.pixelsOf(image), random.nextBoolean(), batch, i);
      labels[i] = images.classOf(image);
    }
    return network.train(batch, labels);
  }

  private void shuffle() {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }
}
