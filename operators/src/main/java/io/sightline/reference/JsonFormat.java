// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.sightline.schemas.ImageReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object with the fields of {@code ImageReference}, in UTF-8.
 *
 * <ul>
 *   <li>A field that is not known is skipped, as in Avro, so that producers may run ahead of the
 *       job; a field that occurs twice, a wrong type, half of a surrogate pair and anything after
 *       the object are malformed.
 *   <li>{@code content} is base64 (RFC 4648, with padding).
 *   <li>{@code submitted_at} is a whole number of milliseconds since the epoch, or ISO-8601 with an
 *       offset ({@code 2026-11-24T06:00:00Z}); what is finer than a millisecond is cut off.
 *   <li>{@code null} and an absent field are the same. {@code origin} is skipped.
 * </ul>
 */
final class JsonFormat implements ValueFormat {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxStringLength(Integer.MAX_VALUE) // the record's size bounds it
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private final int maxInlineBytes;

  JsonFormat(int maxInlineBytes) {
    this.maxInlineBytes = maxInlineBytes;
  }

  @Override
  public Draft read(byte[] value) throws RejectedException {
    try (JsonParser json = JSON.createParser(value)) {
      Draft draft = readObject(json);
      if (json.nextToken() != null) {
        throw malformed("something follows the JSON object");
      }
      return draft;
    } catch (JsonProcessingException e) {
      throw malformed("not JSON: " + e.getOriginalMessage());
    } catch (IOException | RuntimeException e) {
      throw malformed("not JSON: " + e.getMessage());
    }
  }

  @Override
  public OptionalLong submittedAt(byte[] value) {
    try (JsonParser json = JSON.createParser(value)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return OptionalLong.empty();
      }
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        JsonToken token = json.nextToken();
        if (field.equals("submitted_at")) {
          return token == JsonToken.VALUE_NULL
              ? OptionalLong.empty()
              : OptionalLong.of(instant(json).toEpochMilli());
        }
        json.skipChildren();
      }
      return OptionalLong.empty();
    } catch (IOException | RuntimeException | RejectedException e) {
      return OptionalLong.empty(); // parse rejects the record, and says why
    }
  }

  private Draft readObject(JsonParser json) throws IOException, RejectedException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw malformed("not a JSON object");
    }
    ImageReference reference = new ImageReference();
    reference.setAttributes(Map.of());
    long contentSize = -1;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      if (json.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "id" -> reference.setId(string(json, field));
        case "uri" -> reference.setUri(string(json, field));
        case "label" -> reference.setLabel(string(json, field));
        case "attributes" -> reference.setAttributes(strings(json, field));
        case "submitted_at" -> reference.setSubmittedAt(instant(json));
        case "content" -> {
          BoundedBytes content = content(json);
          reference.setContent(content.bytes());
          contentSize = content.size;
        }
        default -> json.skipChildren();
      }
    }
    return new Draft(reference, contentSize);
  }

  private static String string(JsonParser json, String field)
      throws IOException, RejectedException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed("'%s' is not a string".formatted(field));
    }
    return text(json.getText(), field);
  }

  private static Map<String, String> strings(JsonParser json, String field)
      throws IOException, RejectedException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed("'%s' is not an object of strings".formatted(field));
    }
    Map<String, String> strings = new HashMap<>();
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw malformed("a value of '%s' is not a string".formatted(field));
      }
      strings.put(text(key, field), text(json.getText(), field));
    }
    return strings;
  }

  /**
   * Text that UTF-8 can hold. JSON can escape half of a surrogate pair, which would become a
   * question mark: two ids that differ only there must not become one.
   */
  private static String text(String text, String field) throws RejectedException {
    if (text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE)) {
      throw malformed("'%s' has half of a surrogate pair".formatted(field));
    }
    return text;
  }

  private BoundedBytes content(JsonParser json) throws IOException, RejectedException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed("'content' is not a string of base64");
    }
    BoundedBytes bytes = new BoundedBytes(maxInlineBytes);
    try {
      json.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, bytes);
    } catch (IOException | IllegalArgumentException e) {
      throw malformed("'content' is not base64 with padding");
    }
    return bytes;
  }

  private static Instant instant(JsonParser json) throws IOException, RejectedException {
    try {
      if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        return Instant.ofEpochMilli(json.getLongValue());
      }
      if (json.currentToken() == JsonToken.VALUE_STRING) {
        Instant instant =
            DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(json.getText(), Instant::from);
        return Instant.ofEpochMilli(instant.truncatedTo(ChronoUnit.MILLIS).toEpochMilli());
      }
    } catch (DateTimeException | ArithmeticException | JsonProcessingException e) {
      // Said below.
    }
    throw malformed(
        "'submitted_at' is neither milliseconds since the epoch nor ISO-8601 with an offset");
  }

  private static RejectedException malformed(String detail) {
    return new RejectedException(Reason.MALFORMED_RECORD, detail);
  }

  /** Keeps the first bytes that are written to it, up to a limit, and counts the rest. */
  private static final class BoundedBytes extends OutputStream {

    private final int limit;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long size;

    BoundedBytes(int limit) {
      this.limit = limit;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      size += length;
      if (size <= limit) {
        kept.write(bytes, offset, length);
      }
    }

    /** All that was written; null where it is more than the limit. */
    @Nullable ByteBuffer bytes() {
      return size <= limit ? ByteBuffer.wrap(kept.toByteArray()) : null;
    }
  }
}
