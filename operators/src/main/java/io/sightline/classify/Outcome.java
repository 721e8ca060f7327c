// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import io.sightline.schemas.Retry;
import org.jspecify.annotations.Nullable;

/**
 * What became of one reference: an event, a rejection, or another try later; always exactly one of
 * them. Flink serialises it as a POJO.
 */
public record Outcome(
    @Nullable ClassificationEvent event, @Nullable Rejection rejection, @Nullable Retry retry) {

  public Outcome {
    int given = (event == null ? 0 : 1) + (rejection == null ? 0 : 1) + (retry == null ? 0 : 1);
    if (given != 1) {
      throw new IllegalArgumentException(
          "an outcome is an event, a rejection or a retry (got %d of them)".formatted(given));
    }
  }

  public static Outcome of(ClassificationEvent event) {
    return new Outcome(event, null, null);
  }

  public static Outcome of(Rejection rejection) {
    return new Outcome(null, rejection, null);
  }

  public static Outcome of(Retry retry) {
    return new Outcome(null, null, retry);
  }
}
