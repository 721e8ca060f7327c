// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import io.sightline.config.SourceSettings;
import io.sightline.reference.EventTime;
import io.sightline.reference.SourceRecord;
import java.time.InstantSource;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * Watermarks by {@code submitted_at}. They are made at the source, a partition at a time, since
 * alignment works nowhere else: so this one field is read there, before the record is parsed.
 */
public final class SubmittedAt {

  private SubmittedAt() {}

  /** The strategy, with the idleness and the alignment that the settings ask for. */
  public static WatermarkStrategy<SourceRecord> watermarks(SourceSettings settings) {
    return withIdlenessAndAlignment(
        WatermarkStrategy.<SourceRecord>forBoundedOutOfOrderness(settings.watermarkDelay())
            .withTimestampAssigner(new Supplier(settings)),
        settings);
  }

  /** The same by the timestamps of the records themselves, none of which is still to come. */
  public static WatermarkStrategy<SourceRecord> recordTimestamps(SourceSettings settings) {
    return withIdlenessAndAlignment(
        WatermarkStrategy.<SourceRecord>forBoundedOutOfOrderness(settings.watermarkDelay())
            .withTimestampAssigner(
                (record, timestamp) -> Math.min(record.timestamp(), System.currentTimeMillis())),
        settings);
  }

  private static WatermarkStrategy<SourceRecord> withIdlenessAndAlignment(
      WatermarkStrategy<SourceRecord> strategy, SourceSettings settings) {
    if (!settings.idleness().isZero()) {
      strategy = strategy.withIdleness(settings.idleness());
    }
    String group = settings.alignmentGroup();
    return group == null
        ? strategy
        : strategy.withWatermarkAlignment(group, settings.alignmentMaxDrift());
  }

  private record Supplier(SourceSettings settings)
      implements TimestampAssignerSupplier<SourceRecord> {

    @Override
    public TimestampAssigner<SourceRecord> createTimestampAssigner(Context context) {
      EventTime eventTime = EventTime.create(settings, InstantSource.system());
      return (record, recordTimestamp) -> eventTime.millis(record);
    }
  }
}
