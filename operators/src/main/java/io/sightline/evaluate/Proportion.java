// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/**
 * A share of a whole, with its 95 % Wilson score interval: E. B. Wilson, Probable inference, the
 * law of succession, and statistical inference, Journal of the American Statistical Association 22
 * (1927). All its figures are NaN where the whole is 0.
 *
 * @param hits from 0 to {@code of}
 * @param of the whole
 */
public record Proportion(long hits, long of) {

  /** The normal distribution's quantile of 0.975. */
  static final double Z = 1.959963984540054;

  public Proportion {
    if (hits < 0 || hits > of) {
      throw new IllegalArgumentException("%d of %d is no share".formatted(hits, of));
    }
  }

  /** The share itself. */
  public double value() {
    return (double) hits / of;
  }

  /** Lower bound of the interval. */
  public double low() {
    return hits == 0 && of > 0 ? 0 : centre() - halfWidth();
  }

  /** Upper bound of the interval. */
  public double high() {
    return hits == of && of > 0 ? 1 : centre() + halfWidth();
  }

  private double centre() {
    return (value() + Z * Z / (2.0 * of)) / (1 + Z * Z / of);
  }

  private double halfWidth() {
    double variance = value() * (1 - value()) / of + Z * Z / (4.0 * of * of);
    return Z * Math.sqrt(variance) / (1 + Z * Z / of);
  }
}
