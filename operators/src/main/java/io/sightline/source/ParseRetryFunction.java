// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.util.Objects.requireNonNull;

import io.sightline.config.SourceSettings;
import io.sightline.reference.ReferenceParser;
import io.sightline.reference.RejectedException;
import io.sightline.reference.RejectionCounters;
import io.sightline.reference.Rejections;
import io.sightline.reference.RetryParser;
import io.sightline.reference.SourceRecord;
import io.sightline.reference.Stage;
import io.sightline.schemas.Retry;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Makes retries of the raw records of the retry topic. A record that is none goes to {@link
 * Rejections#TAG} and is counted; no record fails the task.
 */
public final class ParseRetryFunction extends ProcessFunction<SourceRecord, Retry> {

  private final SourceSettings settings;

  private transient @Nullable ReferenceParser origins;
  private transient @Nullable RetryParser parser;
  private transient @Nullable RejectionCounters rejected;

  /** Parses what a source with these settings reads. */
  public ParseRetryFunction(SourceSettings settings) {
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) {
    origins = ReferenceParser.create(settings, InstantSource.system());
    parser = new RetryParser();
    rejected = new RejectionCounters(getRuntimeContext().getMetricGroup(), Stage.PARSE);
  }

  @Override
  public void processElement(SourceRecord record, Context context, Collector<Retry> out) {
    Retry retry;
    try {
      retry = requireNonNull(parser).parse(record);
    } catch (RejectedException e) {
      requireNonNull(rejected).count(e.reason());
      Instant now = Instant.ofEpochMilli(context.timerService().currentProcessingTime());
      context.output(
          Rejections.TAG,
          Rejections.of(e, null, requireNonNull(origins).origin(record), null, null, now));
      return;
    }
    out.collect(retry);
  }
}
