// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.RecordOrigin;
import io.sightline.schemas.Rejection;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Records to be written. */
public final class Records {

  /** Of the model of every event. */
  public static final String MODEL_FINGERPRINT = "f00d";

  private Records() {}

  public static ClassificationEvent event(String referenceId) {
    return ClassificationEvent.newBuilder()
        .setEventId("e-" + referenceId)
        .setReferenceId(referenceId)
        .setUri("https://host/a.jpg")
        .setModelName("squeezenet")
        .setModelFingerprint(MODEL_FINGERPRINT)
        .setProvider("cpu")
        .setClassIds(List.of(7, 3))
        .setScores(List.of(0.75f, 0.1f))
        .setLabelNames(List.of("crane", "cock"))
        .setImageFormat("jpeg")
        .setWidth(640)
        .setHeight(480)
        .setContentSha256("abcd")
        .setAttributes(Map.of("k", "v"))
        .setSourceKey(ByteBuffer.wrap("key".getBytes(UTF_8)))
        .setSubmittedAt(Instant.parse("2026-11-24T06:00:00.120Z"))
        .setClassifiedAt(Instant.parse("2026-11-24T06:00:01Z"))
        .build();
  }

  /** A rejection of a record of {@code rawBytes} bytes. */
  public static Rejection rejection(String referenceId, int rawBytes) {
    return Rejection.newBuilder()
        .setStage("parse")
        .setReason("malformed-record")
        .setDetail("not JSON")
        .setReferenceId(referenceId)
        .setOccurredAt(Instant.parse("2026-11-24T06:00:01Z"))
        .setOrigin(
            RecordOrigin.newBuilder()
                .setTopic("references")
                .setPartition(1)
                .setOffset(42L)
                .setKey(ByteBuffer.wrap("key".getBytes(UTF_8)))
                .setRaw(ByteBuffer.allocate(rawBytes))
                .setRawSize(rawBytes)
                .build())
        .build();
  }
}
