// SPDX-License-Identifier: Apache-2.0
package io.sightline.metrics;

/**
 * Names of all metrics and of their labels. A label is a group with a key and a value: {@code
 * <operator>.stage.<stage>.reason.<reason>.numImagesRejected}.
 */
public final class MetricNames {

  /** Counter: records and images rejected, with the labels {@link #STAGE} and {@link #REASON}. */
  public static final String NUM_IMAGES_REJECTED = "numImagesRejected";

  /** Label: stage that rejected. */
  public static final String STAGE = "stage";

  /** Label: reason of the rejection. */
  public static final String REASON = "reason";

  private MetricNames() {}
}
