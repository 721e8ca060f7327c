// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.SourceSettings;
import io.sightline.config.SourceSettings.Format;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.Settings;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTimeTest {

  private static final long NOW = 5_000;

  @Test
  void itIsSubmittedAtOfAnAvroRecordWithContentBeforeIt() throws Exception {
    ByteBuffer bytes =
        ImageReference.getEncoder()
            .encode(
                ImageReference.newBuilder()
                    .setId("id")
                    .setContent(ByteBuffer.allocate(10_000))
                    .setAttributes(Map.of("a", "b"))
                    .setSubmittedAt(Instant.ofEpochMilli(1234))
                    .build());
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);

    assertThat(millis(Format.AVRO_SINGLE_OBJECT, value, 99)).isEqualTo(1234);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":[{\"submitted_at\":1}],\"submitted_at\":1234} | 99 | 1234",
        "{\"submitted_at\":\"1970-01-01T00:00:01Z\",\"id\":broken | 99 | 1000",
        "{\"submitted_at\":-7} | 99 | -7",
        "{\"submitted_at\":-9223372036854775808} | 99 | 99",
        "{\"submitted_at\":253402300800000} | 99 | 99",
        "{\"submitted_at\":null} | 99 | 99",
        "{\"submitted_at\":\"soon\"} | 99 | 99",
        "{} | 99 | 99",
        "broken | 99 | 99",
        "{} | -1 | 5000",
        "{\"submitted_at\":32503680000000} | 99 | 5000",
        "{} | 32503680000000 | 5000"
      })
  void itFallsBackToTheRecordAndIsNeverLaterThanNow(String json, long timestamp, long expected) {
    assertThat(millis(Format.JSON, json.getBytes(UTF_8), timestamp)).isEqualTo(expected);
  }

  @Test
  void aPlainUriHasTheTimeOfItsRecord() {
    assertThat(millis(Format.URI, "file:///a".getBytes(UTF_8), 99)).isEqualTo(99);
    assertThat(millis(Format.AVRO_SINGLE_OBJECT, null, 99)).isEqualTo(99);
  }

  private static long millis(Format format, byte[] value, long timestamp) {
    return EventTime.create(
            Settings.source(format, SourceSettings.Id.OFFSET),
            InstantSource.fixed(Instant.ofEpochMilli(NOW)))
        .millis(new SourceRecord("t", 0, 0, timestamp, null, value));
  }
}
