// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.config.SourceSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;

/**
 * Event time of raw records: reads {@code submitted_at} and nothing else of them. Never fails. Not
 * thread-safe.
 */
public final class EventTime {

  /** The times that ISO-8601 writes with a year of four digits; others are no times of images. */
  private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();

  private static final long LAST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

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
   * that is null, absent, can't be read or is out of range. A time that is still to come counts as
   * now: one record from the year 3000 would else hold back its partition for ever, where
   * watermarks are aligned.
   */
  public long millis(SourceRecord record) {
    byte[] value = record.value();
    OptionalLong submittedAt =
        value == null || value.length == 0 ? OptionalLong.empty() : format.submittedAt(value);
    long now = clock.millis();
    if (submittedAt.isPresent() && isInRange(submittedAt.getAsLong())) {
      return Math.min(now, submittedAt.getAsLong());
    }
    return record.timestamp() < 0 ? now : Math.min(now, record.timestamp());
  }

  /** Whether a number of milliseconds since the epoch lies within the years 0 to 9999. */
  static boolean isInRange(long millis) {
    return millis >= FIRST && millis <= LAST;
  }
}
