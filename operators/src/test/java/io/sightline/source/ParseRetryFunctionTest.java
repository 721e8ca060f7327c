// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.SourceSettings;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.FetchAttempts;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.schemas.Retry;
import io.sightline.testing.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParseRetryFunctionTest {

  private OneInputStreamOperatorTestHarness<SourceRecord, Retry> harness;

  @BeforeEach
  void open() throws Exception {
    harness =
        ProcessFunctionTestHarnesses.forProcessFunction(
            new ParseRetryFunction(
                Settings.source(
                    SourceSettings.Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD)));
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void whatWasWrittenIsRead() throws Exception {
    Retry retry = retry("a");
    read(encoded(retry));
    assertThat(harness.extractOutputValues()).containsExactly(retry);
    assertThat(harness.getSideOutput(Rejections.TAG)).isNull();
  }

  @Test
  void whatIsNoRetryIsARejectionWithItsRecordAndFailsNothing() throws Exception {
    byte[] whole = encoded(retry("a"));
    byte[] hostile = Arrays.copyOf(whole, 16);
    Arrays.fill(hostile, 10, 16, (byte) 0xFF); // a length of gigabytes
    Retry withoutId = retry("a");
    withoutId.getReference().setId(null);
    Retry withoutAttempts = retry("a");
    withoutAttempts.getReference().setFetchAttempts(null);
    byte[] otherSchema = whole.clone();
    otherSchema[5]++;

    read(null);
    read("{}".getBytes(UTF_8));
    read(otherSchema);
    read(Arrays.copyOf(whole, whole.length - 5));
    read(hostile);
    read(encoded(withoutId));
    read(encoded(withoutAttempts));

    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(harness.getSideOutput(Rejections.TAG))
        .hasSize(7)
        .extracting(StreamRecord::getValue)
        .allSatisfy(
            rejection -> {
              assertThat(rejection.getReason()).isEqualTo("malformed-record");
              assertThat(rejection.getDetail()).contains("retries.topic");
              assertThat(rejection.getOrigin().getTopic()).isEqualTo("again");
            })
        .extracting(Rejection::getDetail)
        .anyMatch(detail -> detail.contains("no published version"))
        .anyMatch(detail -> detail.contains("lacks id"));
  }

  private void read(byte[] value) throws Exception {
    harness.processElement(new SourceRecord("again", 0, 1, 1, null, value), 0);
  }

  private static byte[] encoded(Retry retry) throws IOException {
    ByteBuffer encoded = Retry.getEncoder().encode(retry);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static Retry retry(String id) {
    ImageReference reference =
        ImageReference.newBuilder()
            .setId(id)
            .setUri("http://127.0.0.1/" + id)
            .setFetchAttempts(new FetchAttempts(1, 7, Instant.ofEpochMilli(10)))
            .build();
    return new Retry(reference, Instant.ofEpochMilli(20), "io-error", "is down");
  }
}
