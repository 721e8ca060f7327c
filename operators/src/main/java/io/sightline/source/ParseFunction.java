// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.util.Objects.requireNonNull;

import io.sightline.config.SourceSettings;
import io.sightline.reference.ReferenceParser;
import io.sightline.reference.RejectedException;
import io.sightline.reference.RejectionCounters;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.reference.Stage;
import io.sightline.schemas.ImageReference;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.flink.api.common.functions.OpenContext;
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
  private transient @Nullable RejectionCounters rejected;

  public ParseFunction(SourceSettings settings) {
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) {
    parser = ReferenceParser.create(settings, InstantSource.system());
    rejected = new RejectionCounters(getRuntimeContext().getMetricGroup(), Stage.PARSE);
  }

  @Override
  public void processElement(SourceRecord record, Context context, Collector<ImageReference> out) {
    ReferenceParser parser = requireNonNull(this.parser);
    ImageReference reference;
    try {
      reference = parser.parse(record);
    } catch (RejectedException e) {
      requireNonNull(rejected).count(e.reason());
      Instant now = Instant.ofEpochMilli(context.timerService().currentProcessingTime());
      context.output(
          Rejections.TAG, Rejections.of(e, null, parser.origin(record), null, null, now));
      return;
    }
    out.collect(reference);
  }
}
