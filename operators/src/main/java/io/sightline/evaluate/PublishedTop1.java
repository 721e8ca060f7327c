// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/**
 * A measured top-1 beside the published one.
 *
 * <p>The smallest difference that n images can show is {@code 1.96 * sqrt(p * (1 - p) / n)} with
 * the published p: were the model as good as published and the images a random sample, 95 of 100
 * samples would differ by less. It is the score test whose inversion is the {@linkplain Proportion
 * Wilson interval}, so a difference is shown exactly where the published figure lies outside the
 * interval of the measured one.
 *
 * @param measured at least one image
 * @param published as a fraction from 0 to 1
 */
public record PublishedTop1(Proportion measured, double published) {

  public PublishedTop1 {
    if (measured.of() < 1) {
      throw new IllegalArgumentException("no images were measured");
    }
    if (!(published >= 0 && published <= 1)) {
      throw new IllegalArgumentException(
          "a published top-1 must be from 0 to 1 (got %s)".formatted(published));
    }
  }

  /** Measured less published. */
  public double difference() {
    return measured.value() - published;
  }

  /** The smallest difference, up or down, that so many images can show. */
  public double smallestDifference() {
    return Proportion.Z * Math.sqrt(published * (1 - published) / measured.of());
  }

  /** Whether the difference is more than chance explains. */
  public boolean shown() {
    return Math.abs(difference()) > smallestDifference();
  }
}
