// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.schemas.CalibrationCount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How often images of each confidence were right: bins of equal width from 0 to 1, each without its
 * lower and with its upper bound, as Guo et al. have them in <a
 * href="https://arxiv.org/abs/1706.04599">On Calibration of Modern Neural Networks</a> (2017).
 * Bounds are the exact fractions {@code i / bins}, not the floats next to them, and a confidence of
 * exactly 0, which their bins leave out, is in the first.
 *
 * <p>Not thread-safe.
 */
final class CalibrationCounts {

  private final long[] images;
  private final long[] hits;
  private final ExactSum[] confidences;

  CalibrationCounts(int bins) {
    images = new long[bins];
    hits = new long[bins];
    confidences = new ExactSum[bins];
    Arrays.setAll(confidences, i -> new ExactSum());
  }

  /**
   * Counts one image.
   *
   * @param confidence from 0 to 1
   */
  void add(float confidence, boolean hit) {
    // The product is exact: 24 bits of a float times at most 20 bits of a number of bins.
    int bin = Math.max((int) Math.ceil((double) confidence * images.length) - 1, 0);
    images[bin]++;
    confidences[bin].add(confidence);
    if (hit) {
      hits[bin]++;
    }
  }

  void add(CalibrationCounts other) {
    for (int bin = 0; bin < images.length; bin++) {
      images[bin] = Math.addExact(images[bin], other.images[bin]);
      hits[bin] += other.hits[bin];
      confidences[bin].add(other.confidences[bin]);
    }
  }

  int bins() {
    return images.length;
  }

  long images(int bin) {
    return images[bin];
  }

  long hits(int bin) {
    return hits[bin];
  }

  ExactSum confidences(int bin) {
    return confidences[bin];
  }

  /** Images in all bins. */
  long images() {
    return LongStream.of(images).sum();
  }

  /** Sum of the confidences in all bins. */
  ExactSum confidences() {
    ExactSum sum = new ExactSum();
    for (ExactSum confidence : confidences) {
      sum.add(confidence);
    }
    return sum;
  }

  List<CalibrationCount> toState() {
    List<CalibrationCount> state = new ArrayList<>(images.length);
    for (int bin = 0; bin < images.length; bin++) {
      state.add(new CalibrationCount(images[bin], hits[bin], confidences[bin].toBytes()));
    }
    return state;
  }

  static CalibrationCounts of(List<CalibrationCount> state) {
    CalibrationCounts counts = new CalibrationCounts(state.size());
    for (int bin = 0; bin < state.size(); bin++) {
      CalibrationCount count = state.get(bin);
      if (count.getImages() < 0 || count.getHits() < 0 || count.getHits() > count.getImages()) {
        throw new IllegalArgumentException(
            "calibration bin %d with %d hits of %d images"
                .formatted(bin, count.getHits(), count.getImages()));
      }
      counts.images[bin] = count.getImages();
      counts.hits[bin] = count.getHits();
      counts.confidences[bin] = ExactSum.of(count.getConfidenceSum());
    }
    return counts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CalibrationCounts that
        && Arrays.equals(images, that.images)
        && Arrays.equals(hits, that.hits)
        && Arrays.equals(confidences, that.confidences);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(images) + Arrays.hashCode(confidences);
  }
}
