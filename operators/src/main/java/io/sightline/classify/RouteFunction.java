// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.reference.Rejections;
import io.sightline.schemas.ClassificationEvent;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Parts outcomes: events go on, rejections go to {@link Rejections#TAG}. It is there because an
 * async function has no side output.
 */
public final class RouteFunction extends ProcessFunction<Outcome, ClassificationEvent> {

  @Override
  public void processElement(Outcome outcome, Context context, Collector<ClassificationEvent> out) {
    if (outcome.event() != null) {
      out.collect(outcome.event());
    } else {
      context.output(Rejections.TAG, outcome.rejection());
    }
  }
}
