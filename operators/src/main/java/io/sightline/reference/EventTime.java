// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.config.SourceSettings;
import java.time.InstantSource;
import java.util.OptionalLong;

/**
 * Event time of raw records: reads {@code submitted_at} and nothing else of them. Never fails. Not
 * thread-safe.
 */
public final class EventTime {

  private final ValueFormat format;
  private final InstantSource clock;

  private EventTime(ValueFormat format, InstantSource clock) {
    this.format = format;
    this.clock = clock;
  }

  public static EventTime create(SourceSettings settings, InstantSource clock) {
    return new EventTime(ValueFormat.of(settings.format(), settings.maxInlineBytes()), clock);
  }

  /**
   * Milliseconds since the epoch of {@code submitted_at}, or of the record's own timestamp where
   * that is null, absent or can't be read. A time that is still to come counts as now: one record
   * from the year 3000 would else hold back its partition for ever, where watermarks are aligned.
   */
  public long millis(SourceRecord record) {
    byte[] value = record.value();
    OptionalLong submittedAt =
        value == null || value.length == 0 ? OptionalLong.empty() : format.submittedAt(value);
    long now = clock.millis();
    return Math.min(now, submittedAt.orElse(record.timestamp() < 0 ? now : record.timestamp()));
  }
}
