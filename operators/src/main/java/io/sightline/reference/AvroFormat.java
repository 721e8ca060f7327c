// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.schemas.ImageReference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Avro single-object encoding: the bytes C3 01, the fingerprint of the writer's schema in eight
 * bytes, little-endian, then the record in Avro binary. Any published version of the schema is
 * read.
 */
final class AvroFormat implements ValueFormat {

  private static final int HEADER_BYTES = 10;
  private static final Schema SUBMITTED_AT = submittedAtAlone();

  private final int maxInlineBytes;
  private final Map<Long, DatumReader<ImageReference>> readers = new HashMap<>();
  private final Map<Long, DatumReader<GenericRecord>> projections = new HashMap<>();

  AvroFormat(int maxInlineBytes) {
    this.maxInlineBytes = maxInlineBytes;
    Schema current = ImageReference.getClassSchema();
    SpecificData model = SpecificData.getForClass(ImageReference.class);
    KnownSchemas.imageReference()
        .forEach(
            (fingerprint, writer) -> {
              readers.put(fingerprint, new SpecificDatumReader<>(writer, current, model));
              projections.put(
                  fingerprint, new GenericDatumReader<>(writer, SUBMITTED_AT, new GenericData()));
            });
  }

  @Override
  public Draft read(byte[] value) throws RejectedException {
    DatumReader<ImageReference> reader = readers.get(fingerprint(value));
    if (reader == null) {
      throw new RejectedException(
          Reason.UNKNOWN_SCHEMA,
          "the schema with fingerprint %016x is no published version of ImageReference"
              .formatted(fingerprint(value)));
    }
    BoundedDecoder in = new BoundedDecoder(value, HEADER_BYTES);
    ImageReference reference;
    try {
      reference = reader.read(new ImageReference(), in);
    } catch (IOException | RuntimeException e) {
      // Avro reports a broken record with exceptions of many types, IndexOutOfBounds among them.
      throw malformed("not an ImageReference in Avro binary: " + e.getMessage());
    }
    if (in.remaining() > 0) {
      throw malformed("%d bytes are left after the ImageReference".formatted(in.remaining()));
    }
    ByteBuffer content = reference.getContent();
    if (content == null) {
      return new Draft(reference, -1);
    }
    if (content.remaining() > maxInlineBytes) {
      reference.setContent(null);
    }
    return new Draft(reference, content.remaining());
  }

  @Override
  public OptionalLong submittedAt(byte[] value) {
    if (!isSingleObject(value)) {
      return OptionalLong.empty();
    }
    DatumReader<GenericRecord> reader = projections.get(fingerprintIn(value));
    if (reader == null) {
      return OptionalLong.empty();
    }
    try {
      Object millis =
          reader
              .read(new GenericData.Record(SUBMITTED_AT), new BoundedDecoder(value, HEADER_BYTES))
              .get(0);
      return millis instanceof Long known ? OptionalLong.of(known) : OptionalLong.empty();
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty(); // parse rejects the record, and says why
    }
  }

  private static long fingerprint(byte[] value) throws RejectedException {
    if (!isSingleObject(value)) {
      throw malformed("not Avro single-object encoding: " + firstBytes(value));
    }
    return fingerprintIn(value);
  }

  private static boolean isSingleObject(byte[] value) {
    return value.length >= HEADER_BYTES && value[0] == (byte) 0xC3 && value[1] == 0x01;
  }

  private static long fingerprintIn(byte[] value) {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
  }

  private static String firstBytes(byte[] value) {
    if (value.length < HEADER_BYTES) {
      return "%d bytes are less than its header".formatted(value.length);
    }
    if (value[0] == 0) {
      return "it starts with 00, as records do that a schema registry's serializer wrote";
    }
    if (value[0] == '{') {
      return "it looks like JSON, which source.format: json reads";
    }
    return "it starts with %02x %02x instead of c3 01".formatted(value[0], value[1]);
  }

  private static RejectedException malformed(String detail) {
    return new RejectedException(Reason.MALFORMED_RECORD, detail);
  }

  private static Schema submittedAtAlone() {
    Schema whole = ImageReference.getClassSchema();
    Schema.Field field = whole.getField("submitted_at");
    // Without its logical type: a plain long is what is asked for.
    Schema millis =
        Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.LONG));
    return Schema.createRecord(
        whole.getName(),
        null,
        whole.getNamespace(),
        false,
        List.of(new Schema.Field(field.name(), millis, null, Schema.Field.NULL_DEFAULT_VALUE)));
  }
}
