// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.config.EvaluateStreamSettings;
import io.sightline.schemas.Rejection;

/** Counts rejections of all stages. */
public final class CountRejections extends CountOperator<Rejection> {

  private static final long serialVersionUID = 1L;

  public CountRejections(CountingRules rules, EvaluateStreamSettings settings) {
    super(rules, settings);
  }

  @Override
  void add(Rejection rejection, EvaluationCounts counts) {
    counts.addRejection(rejection.getStage(), rejection.getReason());
  }
}
