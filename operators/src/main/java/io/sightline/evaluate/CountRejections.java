// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.config.EvaluateStreamSettings;
import io.sightline.schemas.Rejection;
import org.jspecify.annotations.Nullable;

/** Counts rejections of all stages. */
public final class CountRejections extends CountOperator<Rejection> {

  private static final long serialVersionUID = 1L;

  /** An operator for one model. */
  public CountRejections(
      EvaluationSubject subject, CountingRules rules, EvaluateStreamSettings settings) {
    super(subject, rules, settings);
  }

  @Override
  @Nullable String modelOf(Rejection rejection) {
    return rejection.getModelFingerprint();
  }

  @Override
  void add(Rejection rejection, EvaluationCounts counts) {
    counts.addRejection(rejection.getStage(), rejection.getReason());
  }
}
