// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.util.Objects.requireNonNull;

import io.sightline.config.SourceSettings;
import io.sightline.metrics.MetricNames;
import io.sightline.reference.Reason;
import io.sightline.reference.ReferenceParser;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.reference.Stage;
import io.sightline.schemas.ImageReference;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Makes references of raw records. A record that is none goes to {@link Rejections#TAG} and is
 * counted; no record fails the task.
 */
public final class ParseFunction extends ProcessFunction<SourceRecord, ImageReference> {

  private final SourceSettings settings;

  private transient @Nullable ReferenceParser parser;
  private transient @Nullable Map<Reason, Counter> rejected;

  public ParseFunction(SourceSettings settings) {
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) {
    parser = ReferenceParser.create(settings, InstantSource.system());
    Map<Reason, Counter> counters = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      if (reason.stage() == Stage.PARSE) {
        counters.put(
            reason,
            getRuntimeContext()
                .getMetricGroup()
                .addGroup(MetricNames.STAGE, reason.stage().label())
                .addGroup(MetricNames.REASON, reason.label())
                .counter(MetricNames.NUM_IMAGES_REJECTED));
      }
    }
    rejected = counters;
  }

  @Override
  public void processElement(SourceRecord record, Context context, Collector<ImageReference> out) {
    ReferenceParser parser = requireNonNull(this.parser);
    ImageReference reference;
    try {
      reference = parser.parse(record);
    } catch (RejectedException e) {
      requireNonNull(requireNonNull(rejected).get(e.reason())).inc();
      Instant now = Instant.ofEpochMilli(context.timerService().currentProcessingTime());
      context.output(
          Rejections.TAG, Rejections.of(e, null, parser.origin(record), null, null, now));
      return;
    }
    out.collect(reference);
  }
}
