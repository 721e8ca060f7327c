// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.SourceSettings;
import io.sightline.config.SourceSettings.Format;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.RecordOrigin;
import io.sightline.testing.Settings;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of records that are broken in ways that nobody thought of, the same at every run. */
class HostileRecordsTest {

  private static final int MUTATIONS = 20_000;
  private static final byte[] INTERESTING = {0, 1, 2, -1, -2, 127, -128, '"', '{', '\\', '[', ':'};

  @ParameterizedTest
  @EnumSource
  void everyMutationIsAReferenceOrARejection(Format format) throws Exception {
    SourceSettings settings =
        Settings.source(
            format,
            format == Format.URI ? SourceSettings.Id.URI : SourceSettings.Id.FIELD,
            100,
            50);
    ReferenceParser parser = ReferenceParser.create(settings, InstantSource.system());
    EventTime eventTime = EventTime.create(settings, InstantSource.system());
    byte[] valid = valid(format);
    Random random = new Random(20261124);
    int references = 0;
    int rejections = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] value = mutate(valid, random);
      SourceRecord record = new SourceRecord("t", 0, i, 1, null, value);
      assertThat(eventTime.millis(record)).isLessThanOrEqualTo(System.currentTimeMillis());
      try {
        ImageReference reference = parser.parse(record);
        references++;
        assertThat(reference.getId()).isNotEmpty();
        assertThat(reference.getSubmittedAt()).isNotNull();
        assertThat(reference.getOrigin().getRaw().remaining()).isLessThanOrEqualTo(50);
        assertThat(reference.getUri() == null).isNotEqualTo(reference.getContent() == null);
        ImageReference.getEncoder().encode(reference);
      } catch (RejectedException e) {
        rejections++;
        assertThat(e.reason().stage()).isEqualTo(Stage.PARSE);
        assertThat(e.detail()).isNotBlank();
        Rejections.of(e, null, parser.origin(record), null, null, Instant.EPOCH);
      }
    }
    assertThat(references).as("mutations that change nothing vital").isPositive();
    assertThat(rejections).as("mutations that break").isPositive();
    assertThat(references + rejections).isEqualTo(MUTATIONS);
  }

  private static byte[] valid(Format format) throws Exception {
    return switch (format) {
      case AVRO_SINGLE_OBJECT -> {
        ByteBuffer bytes =
            ImageReference.getEncoder()
                .encode(
                    ImageReference.newBuilder()
                        .setId("id")
                        .setUri("https://host/a.jpg")
                        .setAttributes(Map.of("a", "b", "c", "d"))
                        .setSubmittedAt(Instant.ofEpochMilli(1_700_000_000_000L))
                        .setOrigin(RecordOrigin.newBuilder().setTopic("x").setOffset(1L).build())
                        .build());
        byte[] value = new byte[bytes.remaining()];
        bytes.get(value);
        yield value;
      }
      case JSON ->
          """
          {"id":"id","content":"QUJDRA==","attributes":{"a":"b"},"x":[1,{"y":null}],
           "submitted_at":"2026-11-24T06:00:00Z"}"""
              .getBytes(UTF_8);
      case URI -> "https://me@host:80/a%20b.jpg?x=1&y=2".getBytes(UTF_8);
    };
  }

  private static byte[] mutate(byte[] valid, Random random) {
    byte[] value = valid.clone();
    for (int changes = 1 + random.nextInt(3); changes > 0 && value.length > 0; changes--) {
      int at = random.nextInt(value.length);
      switch (random.nextInt(6)) {
        case 0 -> value[at] = (byte) random.nextInt(256);
        case 1 -> value[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> value[at] = INTERESTING[random.nextInt(INTERESTING.length)];
        case 3 -> value = Arrays.copyOf(value, at);
        case 4 -> value = insert(value, at, random);
        default -> value = delete(value, at, random);
      }
    }
    return value;
  }

  private static byte[] insert(byte[] value, int at, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(value, 0, at);
    for (int n = 1 + random.nextInt(12); n > 0; n--) {
      out.write(INTERESTING[random.nextInt(INTERESTING.length)]);
    }
    out.write(value, at, value.length - at);
    return out.toByteArray();
  }

  private static byte[] delete(byte[] value, int at, Random random) {
    int end = Math.min(value.length, at + 1 + random.nextInt(4));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(value, 0, at);
    out.write(value, end, value.length - end);
    return out.toByteArray();
  }
}
