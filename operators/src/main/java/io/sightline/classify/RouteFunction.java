// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.reference.Rejections;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Retry;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Parts outcomes: events go on, rejections go to {@link Rejections#TAG}, and retries to {@link
 * #RETRIES}. It is there because an async function has no side output.
 */
public final class RouteFunction extends ProcessFunction<Outcome, ClassificationEvent> {

  /** References whose store is down, with {@code fetch.on-unavailable: retry}. */
  public static final OutputTag<Retry> RETRIES =
      new OutputTag<>("retries", TypeInformation.of(Retry.class));

  @Override
  public void processElement(Outcome outcome, Context context, Collector<ClassificationEvent> out) {
    if (outcome.event() != null) {
      out.collect(outcome.event());
    } else if (outcome.rejection() != null) {
      context.output(Rejections.TAG, outcome.rejection());
    } else {
      context.output(RETRIES, outcome.retry());
    }
  }
}
