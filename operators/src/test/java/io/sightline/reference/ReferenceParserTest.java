// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.config.SourceSettings;
import io.sightline.config.SourceSettings.Format;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.RecordOrigin;
import io.sightline.testing.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceParserTest {

  private static final Instant NOW = Instant.parse("2026-11-24T06:00:00.123Z");
  private static final long RECORD_TIME = 1_700_000_000_000L;
  private static final String URI = "https://host/a.jpg";

  @Nested
  class AvroSingleObject {

    @Test
    void aWholeReferenceIsReadAsItWasWritten() throws Exception {
      ImageReference written = reference().setLabel("7").setAttributes(Map.of("k", "v")).build();
      written.setSubmittedAt(NOW);

      ImageReference read =
          parse(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, avro(written));

      assertThat(read.getId()).isEqualTo("id-1");
      assertThat(read.getUri()).isEqualTo(URI);
      assertThat(read.getLabel()).isEqualTo("7");
      assertThat(read.getAttributes()).containsExactly(Map.entry("k", "v"));
      assertThat(read.getSubmittedAt()).isEqualTo(NOW);
    }

    @Test
    void theOriginThatAProducerWroteIsOverwritten() throws Exception {
      byte[] value =
          avro(reference().setOrigin(RecordOrigin.newBuilder().setTopic("forged").build()).build());

      RecordOrigin origin =
          parse(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, value).getOrigin();

      assertThat(origin.getTopic()).isEqualTo("references");
      assertThat(origin.getPartition()).isEqualTo(3);
      assertThat(origin.getOffset()).isEqualTo(42);
      assertThat(origin.getKey()).isEqualTo(ByteBuffer.wrap("key".getBytes(UTF_8)));
      assertThat(origin.getRaw()).isEqualTo(ByteBuffer.wrap(value));
      assertThat(origin.getRawSize()).isEqualTo(value.length);
    }

    @Test
    void contentIsTakenUpToTheLimitAndNotAByteMore() throws Exception {
      byte[] fits = avro(inline(1000));
      byte[] exceeds = avro(inline(1001));

      assertThat(
              parse(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, fits)
                  .getContent()
                  .remaining())
          .isEqualTo(1000);
      RejectedException e = rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, exceeds);
      assertThat(e.reason()).isEqualTo(Reason.INLINE_TOO_LARGE);
      assertThat(e.detail()).contains("1001", "source.max-inline-bytes", "1000");
      assertThat(e.known().getId()).isEqualTo("id-1");
      assertThat(e.known().getContent()).isNull();
    }

    @Test
    void aFingerprintThatWasNeverPublishedIsAnUnknownSchema() throws Exception {
      byte[] value = avro(reference().build());
      value[5] ^= 1;

      assertThat(rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, value).reason())
          .isEqualTo(Reason.UNKNOWN_SCHEMA);
    }

    @Test
    void theWireFormatOfARegistryIsNamedInTheDetail() {
      RejectedException e =
          rejection(
              Format.AVRO_SINGLE_OBJECT,
              SourceSettings.Id.FIELD,
              new byte[] {0, 0, 0, 0, 7, 1, 2, 3, 4, 5});

      assertThat(e.reason()).isEqualTo(Reason.MALFORMED_RECORD);
      assertThat(e.detail()).contains("schema registry");
    }

    @ParameterizedTest
    @ValueSource(
        longs = {Long.MIN_VALUE, -62_167_219_200_001L, 253_402_300_800_000L, Long.MAX_VALUE})
    void aTimeOutsideTheYears0To9999IsMalformed(long submittedAt) throws Exception {
      ImageReference written = reference().build();
      written.setSubmittedAt(Instant.ofEpochMilli(submittedAt));

      RejectedException e =
          rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, avro(written));

      assertThat(e.reason()).isEqualTo(Reason.MALFORMED_RECORD);
      assertThat(e.detail()).contains("submitted_at", "0 to 9999", Long.toString(submittedAt));
      assertThat(e.known().getId()).isEqualTo("id-1");
      assertThat(e.known().getSubmittedAt()).isEqualTo(Instant.ofEpochMilli(RECORD_TIME));
    }

    @ParameterizedTest
    @ValueSource(longs = {-62_167_219_200_000L, 253_402_300_799_999L})
    void theFirstAndTheLastTimeOfTheseYearsAreTaken(long submittedAt) throws Exception {
      ImageReference written = reference().build();
      written.setSubmittedAt(Instant.ofEpochMilli(submittedAt));

      assertThat(
              parse(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, avro(written))
                  .getSubmittedAt())
          .isEqualTo(Instant.ofEpochMilli(submittedAt));
    }

    @Test
    void bytesAfterTheRecordAreMalformed() throws Exception {
      byte[] value = avro(reference().build());
      byte[] longer = java.util.Arrays.copyOf(value, value.length + 2);

      RejectedException e = rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, longer);

      assertThat(e.reason()).isEqualTo(Reason.MALFORMED_RECORD);
      assertThat(e.detail()).contains("2 bytes");
    }

    @ParameterizedTest
    @CsvSource({
      "id of 2 GiB, 02 fcffffff0f",
      "id of Long.MAX_VALUE bytes, 02 feffffffffffffffff01",
      "id of negative length, 02 01",
      "number without end, 02 ffffffffffffffffffffffffff",
      "union branch 5, 0a",
      "union branch -1, 01",
      "content of 2 GiB, 00 00 02 fcffffff0f",
      "2^31 attributes, 00 00 00 00 8080808010",
      "block of Long.MIN_VALUE attributes, 00 00 00 00 ffffffffffffffffff01 00"
    })
    void aLengthThatIsNotThereAllocatesNothingAndIsMalformed(String name, String body)
        throws Exception {
      byte[] header = java.util.Arrays.copyOf(avro(reference().build()), 10);
      byte[] hostile = java.util.HexFormat.of().parseHex(body.replace(" ", ""));
      byte[] value = ByteBuffer.allocate(10 + hostile.length).put(header).put(hostile).array();

      assertThat(rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, value).reason())
          .as(name)
          .isEqualTo(Reason.MALFORMED_RECORD);
    }

    @Test
    void anIdThatIsNoUtf8IsMalformedAndNotReplaced() throws Exception {
      byte[] value = avro(reference().build());
      value[12] = (byte) 0xFF; // header, branch and length come before the id

      assertThat(rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, value).reason())
          .isEqualTo(Reason.MALFORMED_RECORD);
    }

    @Test
    void theReplacementCharacterItselfIsAllowed() throws Exception {
      ImageReference written = reference().setId("a\uFFFDb").build();

      assertThat(parse(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, avro(written)).getId())
          .isEqualTo("a\uFFFDb");
    }
  }

  @Nested
  class Json {

    @Test
    void allFieldsAreReadAndUnknownOnesSkipped() throws Exception {
      ImageReference read =
          parse(
              Format.JSON,
              SourceSettings.Id.FIELD,
              """
              {"later": [{"a": 1}], "id": "id-1", "uri": "%s", "label": "7", "content": null,
               "attributes": {"k": "v"}, "submitted_at": 1700000000123, "origin": {"topic": "x"}}
              """
                  .formatted(URI));

      assertThat(read.getId()).isEqualTo("id-1");
      assertThat(read.getUri()).isEqualTo(URI);
      assertThat(read.getLabel()).isEqualTo("7");
      assertThat(read.getAttributes()).containsExactly(Map.entry("k", "v"));
      assertThat(read.getSubmittedAt()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_123L));
      assertThat(read.getOrigin().getTopic()).isEqualTo("references");
    }

    @ParameterizedTest
    @CsvSource({
      "2026-11-24T06:00:00Z, 2026-11-24T06:00:00Z",
      "2026-11-24T07:30:00.123456+01:30, 2026-11-24T06:00:00.123Z",
      "1969-12-31T23:59:59.9999Z, 1969-12-31T23:59:59.999Z"
    })
    void submittedAtMayBeIso8601(String text, Instant expected) throws Exception {
      String value = "{\"id\":\"1\",\"uri\":\"%s\",\"submitted_at\":\"%s\"}".formatted(URI, text);

      assertThat(parse(Format.JSON, SourceSettings.Id.FIELD, value).getSubmittedAt())
          .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "\"yesterday\"",
          "\"2026-11-24\"",
          "\"2026-11-24T06:00:00\"",
          "\"+999999999-12-31T23:59:59Z\"",
          "1.5",
          "true",
          "99999999999999999999"
        })
    void aTimeThatCannotBeReadIsMalformed(String time) {
      String value = "{\"id\":\"1\",\"uri\":\"%s\",\"submitted_at\":%s}".formatted(URI, time);

      RejectedException e = rejection(Format.JSON, SourceSettings.Id.FIELD, value.getBytes(UTF_8));

      assertThat(e.reason()).isEqualTo(Reason.MALFORMED_RECORD);
      assertThat(e.detail()).contains("submitted_at", "ISO-8601");
    }

    @Test
    void contentIsBase64UpToTheLimitAndNotAByteMore() throws Exception {
      assertThat(parse(Format.JSON, SourceSettings.Id.FIELD, json(inlineBytes(1000))).getContent())
          .isEqualTo(ByteBuffer.wrap(inlineBytes(1000)));

      RejectedException e =
          rejection(
              Format.JSON, SourceSettings.Id.FIELD, json(inlineBytes(5_000_000)).getBytes(UTF_8));
      assertThat(e.reason()).isEqualTo(Reason.INLINE_TOO_LARGE);
      assertThat(e.detail()).contains("5000000");
      assertThat(e.known().getId()).isEqualTo("id-1");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "[]",
          "\"https://host/a.jpg\"",
          "{",
          "{\"id\":\"1\",\"uri\":\"https://host/a.jpg\"",
          "{\"id\":\"1\",\"uri\":\"https://host/a.jpg\"} x",
          "{\"id\":\"1\",\"uri\":\"https://host/a.jpg\"}{}",
          "{\"id\":\"1\",\"id\":\"2\",\"uri\":\"https://host/a.jpg\"}",
          "{\"id\":1,\"uri\":\"https://host/a.jpg\"}",
          "{\"id\":\"1\",\"uri\":[\"https://host/a.jpg\"]}",
          "{\"id\":\"1\",\"content\":\"not base64!\"}",
          "{\"id\":\"1\",\"content\":\"QUJD R\"}",
          "{\"id\":\"1\",\"uri\":\"https://host/a.jpg\",\"attributes\":[]}",
          "{\"id\":\"1\",\"uri\":\"https://host/a.jpg\",\"attributes\":{\"k\":1}}"
        })
    void whatIsNoReferenceIsRejected(String value) {
      assertThat(rejection(Format.JSON, SourceSettings.Id.FIELD, value.getBytes(UTF_8)).reason())
          .isEqualTo(value.isEmpty() ? Reason.EMPTY_RECORD : Reason.MALFORMED_RECORD);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "\"id\": \"\\udcdf\"",
          "\"id\": \"a\\ud83d\"",
          "\"id\": \"\\ude00\\ud83d\"",
          "\"uri\": \"https://host/\\ud83d.jpg\"",
          "\"label\": \"\\ud83d\\ud83d\\ude00\"",
          "\"attributes\": {\"\\ude00\": \"v\"}",
          "\"attributes\": {\"k\": \"\\ud83dv\"}"
        })
    void halfOfASurrogatePairIsMalformedAndNotReplaced(String json) {
      RejectedException e =
          rejection(Format.JSON, SourceSettings.Id.OFFSET, "{%s}".formatted(json).getBytes(UTF_8));

      assertThat(e.reason()).isEqualTo(Reason.MALFORMED_RECORD);
      assertThat(e.detail()).contains("surrogate");
    }

    @Test
    void aWholeSurrogatePairIsRead() throws Exception {
      String value =
          "{\"id\": \"\\ud83d\\ude00\", \"uri\": \"%s\", \"attributes\": {\"\uD83D\uDE00\": \"\"}}"
              .formatted(URI);

      ImageReference read = parse(Format.JSON, SourceSettings.Id.FIELD, value);

      assertThat(read.getId()).isEqualTo("\uD83D\uDE00");
      assertThat(read.getAttributes()).containsKey("\uD83D\uDE00");
    }

    @Test
    void deepNestingIsMalformedAndNoStackOverflow() {
      String value = "{\"later\":" + "[".repeat(1_000_000);

      assertThat(rejection(Format.JSON, SourceSettings.Id.FIELD, value.getBytes(UTF_8)).reason())
          .isEqualTo(Reason.MALFORMED_RECORD);
    }
  }

  @Nested
  class PlainUri {

    @Test
    void theValueIsTheUriWithoutWhiteSpaceAround() throws Exception {
      ImageReference read = parse(Format.URI, SourceSettings.Id.URI, " https://host/a.jpg\r\n");

      assertThat(read.getUri()).isEqualTo(URI);
      assertThat(read.getId()).isEqualTo(URI);
      assertThat(read.getSubmittedAt()).isEqualTo(Instant.ofEpochMilli(RECORD_TIME));
    }

    @Test
    void aValueThatIsNoUtf8IsMalformed() {
      assertThat(
              rejection(Format.URI, SourceSettings.Id.URI, new byte[] {(byte) 0xC3, 0x28}).reason())
          .isEqualTo(Reason.MALFORMED_RECORD);
    }

    @ParameterizedTest
    @CsvSource({
      "C:\\images\\a.jpg, Windows path",
      "C:/images/a.jpg, Windows path",
      "\\\\server\\share\\a.jpg, Windows path",
      "/images/a.jpg, no scheme",
      "a.jpg, no scheme",
      "https://host/a b.jpg, %20",
      "https://host/a%zz.jpg, not a URI",
      "mailto:someone, no path",
      "http:///a.jpg, names no host",
      "HTTPS://image_store/a.jpg, names no host",
      "file://images/a.jpg, write file:///",
      "FILE://localhost/images/a.jpg, write file:///"
    })
    void whatIsNoUriIsRejectedWithAWayOut(String uri, String expected) {
      RejectedException e = rejection(Format.URI, SourceSettings.Id.OFFSET, uri.getBytes(UTF_8));

      assertThat(e.reason()).isEqualTo(Reason.MALFORMED_URI);
      assertThat(e.detail()).contains(expected);
      assertThat(e.known().getId()).isEqualTo("references-3@42");
      assertThat(e.known().getUri()).isEqualTo(uri);
    }

    @Test
    void secretsOfAUriAreNotInTheDetail() {
      RejectedException e =
          rejection(
              Format.URI,
              SourceSettings.Id.OFFSET,
              "https://me:hunter2@host/a b.jpg?X-Amz-Signature=abc#token".getBytes(UTF_8));

      assertThat(e.detail())
          .contains("https://host/a b.jpg?X-Amz-Signature=***")
          .doesNotContain("hunter2", "abc", "token");
    }
  }

  @Nested
  class Identity {

    @ParameterizedTest
    @CsvSource({
      "FIELD, id-1",
      "KAFKA_KEY, key",
      "URI, https://host/a.jpg?v=1",
      "OFFSET, references-3@42"
    })
    void itComesFromWhereTheOptionSays(SourceSettings.Id id, String expected) throws Exception {
      byte[] value = avro(reference().setUri("https://me:secret@host/a.jpg?v=1").build());

      ImageReference read = parse(Format.AVRO_SINGLE_OBJECT, id, value);

      assertThat(read.getId()).isEqualTo(expected);
      assertThat(read.getUri()).isEqualTo("https://me:secret@host/a.jpg?v=1");
    }

    @ParameterizedTest
    @EnumSource
    void whereThereIsNoneTheRecordIsRejected(SourceSettings.Id id) throws Exception {
      byte[] value = avro(ImageReference.newBuilder().setContent(ByteBuffer.allocate(1)).build());
      SourceRecord record = new SourceRecord(null, -1, -1, -1, null, value);

      RejectedException e = rejection(parser(Format.AVRO_SINGLE_OBJECT, id), record);

      assertThat(e.reason()).isEqualTo(Reason.MISSING_ID);
      assertThat(e.detail()).contains("source.id");
    }

    @Test
    void aKeyThatIsNoUtf8IsNoId() throws Exception {
      SourceRecord record =
          new SourceRecord(
              "references", 0, 0, 0, new byte[] {(byte) 0xFF}, avro(reference().build()));

      assertThat(
              rejection(parser(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.KAFKA_KEY), record)
                  .reason())
          .isEqualTo(Reason.MISSING_ID);
    }
  }

  @Test
  void aTombstoneAndAnEmptyValueAreEmptyRecords() {
    assertThat(rejection(Format.URI, SourceSettings.Id.URI, null).reason())
        .isEqualTo(Reason.EMPTY_RECORD);
    assertThat(rejection(Format.URI, SourceSettings.Id.URI, new byte[0]).reason())
        .isEqualTo(Reason.EMPTY_RECORD);
  }

  @Test
  void exactlyOneOfUriAndContentIsNeeded() throws Exception {
    byte[] neither = avro(ImageReference.newBuilder().setId("1").build());
    byte[] both = avro(reference().setContent(ByteBuffer.allocate(1)).build());
    byte[] nothingInline =
        avro(ImageReference.newBuilder().setId("1").setContent(ByteBuffer.allocate(0)).build());

    for (byte[] value : new byte[][] {neither, both, nothingInline}) {
      assertThat(rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, value).reason())
          .isEqualTo(Reason.NO_SINGLE_CONTENT);
    }
  }

  @Test
  void metadataIsBoundedAndNotRepeatedInTheRejection() throws Exception {
    byte[] value =
        avro(
            reference()
                .setAttributes(Map.of("k", "v".repeat(ReferenceParser.MAX_METADATA_BYTES)))
                .build());

    RejectedException e = rejection(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD, value);

    assertThat(e.reason()).isEqualTo(Reason.METADATA_TOO_LARGE);
    assertThat(e.known()).isNull();
  }

  @Test
  void aRecordWithoutAnyTimeIsSubmittedNow() throws Exception {
    SourceRecord record = new SourceRecord("references", 0, 0, -1, null, avro(reference().build()));

    assertThat(
            parser(Format.AVRO_SINGLE_OBJECT, SourceSettings.Id.FIELD)
                .parse(record)
                .getSubmittedAt())
        .isEqualTo(NOW);
  }

  @Test
  void theRawRecordIsCutOffAndItsSizeKept() throws Exception {
    ReferenceParser parser =
        ReferenceParser.create(
            Settings.source(Format.URI, SourceSettings.Id.URI, 1000, 10), InstantSource.fixed(NOW));

    RecordOrigin origin = parser.parse(record(URI.getBytes(UTF_8))).getOrigin();

    assertThat(origin.getRaw()).isEqualTo(ByteBuffer.wrap("https://ho".getBytes(UTF_8)));
    assertThat(origin.getRawSize()).isEqualTo(URI.length());
  }

  private static ImageReference.Builder reference() {
    return ImageReference.newBuilder().setId("id-1").setUri(URI);
  }

  private static ImageReference inline(int bytes) {
    return ImageReference.newBuilder()
        .setId("id-1")
        .setContent(ByteBuffer.wrap(inlineBytes(bytes)))
        .build();
  }

  private static byte[] inlineBytes(int bytes) {
    byte[] content = new byte[bytes];
    new java.util.Random(bytes).nextBytes(content);
    return content;
  }

  private static String json(byte[] content) {
    return "{\"content\":\"%s\",\"id\":\"id-1\"}"
        .formatted(Base64.getEncoder().encodeToString(content));
  }

  private static byte[] avro(ImageReference reference) throws IOException {
    ByteBuffer bytes = ImageReference.getEncoder().encode(reference);
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);
    return value;
  }

  private static SourceRecord record(byte[] value) {
    return new SourceRecord("references", 3, 42, RECORD_TIME, "key".getBytes(UTF_8), value);
  }

  private static ReferenceParser parser(Format format, SourceSettings.Id id) {
    return ReferenceParser.create(Settings.source(format, id), InstantSource.fixed(NOW));
  }

  private static ImageReference parse(Format format, SourceSettings.Id id, String value)
      throws Exception {
    return parse(format, id, value.getBytes(UTF_8));
  }

  private static ImageReference parse(Format format, SourceSettings.Id id, byte[] value)
      throws Exception {
    return parser(format, id).parse(record(value));
  }

  private static RejectedException rejection(Format format, SourceSettings.Id id, byte[] value) {
    return rejection(parser(format, id), record(value));
  }

  private static RejectedException rejection(ReferenceParser parser, SourceRecord record) {
    RejectedException e = catchThrowableOfType(RejectedException.class, () -> parser.parse(record));
    assertThat(e).as("the record is rejected").isNotNull();
    return e;
  }
}
