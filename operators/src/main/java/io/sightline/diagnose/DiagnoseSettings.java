// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.config.DecodeSettings;

/**
 * How a diagnosis is made. Immutable.
 *
 * @param decode as the job is configured
 * @param maxImages that are run at most; more images show smaller mistakes
 * @param seed of the sample, where there are more images
 * @param workers threads that work at once
 */
public record DiagnoseSettings(DecodeSettings decode, int maxImages, long seed, int workers) {

  public DiagnoseSettings {
    if (maxImages < 1 || workers < 1) {
      throw new IllegalArgumentException(
          "maxImages and workers must be at least 1 (got %d and %d)".formatted(maxImages, workers));
    }
  }
}
