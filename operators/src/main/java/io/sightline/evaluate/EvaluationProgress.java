// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/** What a running evaluation tells of how far it is. */
public final class EvaluationProgress {

  /**
   * Name of the job's accumulator of outcomes: images that were counted, and rejections. After a
   * failure it starts anew.
   */
  public static final String ACCUMULATOR = "evaluated-outcomes";

  private EvaluationProgress() {}
}
