// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.config.SourceSettings;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.RecordOrigin;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes references of raw records, by {@code source.format} and {@code source.id}. Whatever bytes
 * come, the outcome is a reference or a {@link RejectedException}, and no more memory is taken than
 * a small multiple of the record's own size. Not thread-safe.
 */
public final class ReferenceParser {

  /**
   * Largest sum in bytes of a reference's id, URI, label, attributes and Kafka key. All of it
   * travels on the event, which must fit into a Kafka message in every encoding.
   */
  public static final int MAX_METADATA_BYTES = SourceSettings.MAX_METADATA_BYTES;

  private final SourceSettings settings;
  private final ValueFormat format;
  private final InstantSource clock;

  private ReferenceParser(SourceSettings settings, InstantSource clock) {
    this.settings = settings;
    this.format = ValueFormat.of(settings.format(), settings.maxInlineBytes());
    this.clock = clock;
  }

  /**
   * A parser for one operator.
   *
   * @param clock gives {@code submitted_at} where neither the record nor Kafka has a time
   */
  public static ReferenceParser create(SourceSettings settings, InstantSource clock) {
    return new ReferenceParser(settings, clock);
  }

  /**
   * The reference of one record; its {@code id}, {@code submitted_at} and {@code origin} are never
   * null, and exactly one of {@code uri} and {@code content} is. It may hold views of the record's
   * arrays: read its bytes through {@code duplicate()}.
   *
   * @throws RejectedException at stage parse; {@link RejectedException#known()} has what could be
   *     read
   */
  public ImageReference parse(SourceRecord record) throws RejectedException {
    byte[] value = record.value();
    if (value == null || value.length == 0) {
      throw new RejectedException(
          Reason.EMPTY_RECORD,
          value == null ? "the record is a tombstone: it has no value" : "the value is empty");
    }
    ValueFormat.Draft draft = format.read(value);
    ImageReference reference = draft.reference();
    reference.setOrigin(origin(record));
    reference.setFetchAttempts(null);
    Instant submittedAt = reference.getSubmittedAt();
    reference.setSubmittedAt(
        submittedAt != null && EventTime.isInRange(submittedAt.toEpochMilli())
            ? submittedAt
            : time(record));
    checkMetadata(reference, record.key());
    try {
      reference.setId(identity(reference, record));
      checkTime(submittedAt);
      checkContent(reference.getUri(), draft.contentSize());
    } catch (RejectedException e) {
      reference.setContent(null);
      throw new RejectedException(e.reason(), e.detail(), e.attempts(), reference);
    }
    return reference;
  }

  private Instant time(SourceRecord record) {
    boolean known = record.timestamp() >= 0 && EventTime.isInRange(record.timestamp());
    return Instant.ofEpochMilli(known ? record.timestamp() : clock.millis());
  }

  private static void checkTime(@Nullable Instant submittedAt) throws RejectedException {
    if (submittedAt != null && !EventTime.isInRange(submittedAt.toEpochMilli())) {
      throw new RejectedException(
          Reason.MALFORMED_RECORD,
          "submitted_at, in milliseconds since the epoch, is not within the years 0 to 9999: %d"
              .formatted(submittedAt.toEpochMilli()));
    }
  }

  /**
   * Where a record was read from, with its first {@code rejections.max-raw-bytes} bytes: what a
   * rejection carries of a record that did not parse.
   */
  public RecordOrigin origin(SourceRecord record) {
    byte[] value = record.value();
    RecordOrigin origin = new RecordOrigin();
    if (record.topic() != null) {
      origin.setTopic(record.topic());
      origin.setPartition(record.partition());
      origin.setOffset(record.offset());
    }
    origin.setKey(first(MAX_METADATA_BYTES, record.key()));
    origin.setRaw(first(settings.maxRawBytes(), value));
    origin.setRawSize(value == null ? 0 : value.length);
    return origin;
  }

  private static @Nullable ByteBuffer first(int limit, byte @Nullable [] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes, 0, Math.min(limit, bytes.length)).slice();
  }

  private void checkContent(@Nullable String uri, long contentSize) throws RejectedException {
    if (uri != null && contentSize >= 0) {
      throw new RejectedException(Reason.NO_SINGLE_CONTENT, "uri and content are both given");
    }
    if (uri != null) {
      Uris.check(uri);
    } else if (contentSize < 0) {
      throw new RejectedException(Reason.NO_SINGLE_CONTENT, "neither uri nor content is given");
    } else if (contentSize == 0) {
      throw new RejectedException(Reason.NO_SINGLE_CONTENT, "content has no bytes");
    } else if (contentSize > settings.maxInlineBytes()) {
      throw new RejectedException(
          Reason.INLINE_TOO_LARGE,
          "content has %d bytes, more than source.max-inline-bytes (%d)"
              .formatted(contentSize, settings.maxInlineBytes()));
    }
  }

  private String identity(ImageReference reference, SourceRecord record) throws RejectedException {
    String uri = reference.getUri();
    String id =
        switch (settings.id()) {
          case FIELD -> reference.getId();
          case KAFKA_KEY -> key(record.key());
          case URI -> uri == null ? null : Uris.withoutUserInfo(uri);
          case OFFSET ->
              record.topic() == null
                  ? null
                  : record.topic() + '-' + record.partition() + '@' + record.offset();
        };
    if (id == null || id.isEmpty()) {
      throw new RejectedException(
          Reason.MISSING_ID,
          switch (settings.id()) {
            case FIELD -> "the field id, which source.id names, is absent or empty";
            case KAFKA_KEY -> "the Kafka key, which source.id names, is absent or empty";
            case URI -> "the uri, which source.id names, is absent or empty";
            case OFFSET -> "source.id is offset, and the record comes from no topic";
          });
    }
    return id;
  }

  private static @Nullable String key(byte @Nullable [] key) throws RejectedException {
    if (key == null) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw new RejectedException(
          Reason.MISSING_ID, "the Kafka key, which source.id names, is not text in UTF-8");
    }
  }

  private static void checkMetadata(ImageReference reference, byte @Nullable [] key)
      throws RejectedException {
    long size = key == null ? 0 : key.length;
    size += size(reference.getId()) + size(reference.getUri()) + size(reference.getLabel());
    for (Map.Entry<String, String> attribute : reference.getAttributes().entrySet()) {
      size += size(attribute.getKey()) + size(attribute.getValue());
    }
    if (size > MAX_METADATA_BYTES) {
      // Nothing of it is known to the rejection, which would be too large as well.
      throw new RejectedException(
          Reason.METADATA_TOO_LARGE,
          "id, uri, label, attributes and key have %d bytes together, more than %d"
              .formatted(size, MAX_METADATA_BYTES));
    }
  }

  private static long size(@Nullable String text) {
    return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
  }
}
