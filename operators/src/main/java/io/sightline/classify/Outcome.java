// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * What became of one reference: an event or a rejection, never both and never neither. Flink
 * serialises it as a POJO.
 */
public record Outcome(@Nullable ClassificationEvent event, @Nullable Rejection rejection) {

  public Outcome {
    if ((event == null) == (rejection == null)) {
      throw new IllegalArgumentException("an outcome is either an event or a rejection");
    }
  }

  public static Outcome of(ClassificationEvent event) {
    return new Outcome(event, null);
  }

  public static Outcome of(Rejection rejection) {
    return new Outcome(null, rejection);
  }
}
