// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record as a JSON object: the schema's field names in their order, null fields kept, timestamps
 * as ISO-8601 in UTC with milliseconds where there are any, bytes as base64 (RFC 4648, with
 * padding). It walks the schema, and knows no record by name.
 */
public final class JsonRecords {

  private JsonRecords() {}

  /** Writes the object, and leaves the generator open. */
  public static void write(SpecificRecord record, JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (Schema.Field field : record.getSchema().getFields()) {
      json.writeFieldName(field.name());
      writeValue(record.get(field.pos()), field.schema(), json);
    }
    json.writeEndObject();
  }

  private static void writeValue(@Nullable Object value, Schema schema, JsonGenerator json)
      throws IOException {
    if (value == null) {
      json.writeNull();
      return;
    }
    switch (schema.getType()) {
      case UNION -> writeValue(value, branch(schema), json);
      case RECORD -> write((SpecificRecord) value, json);
      case ARRAY -> {
        json.writeStartArray();
        for (Object item : (List<?>) value) {
          writeValue(item, schema.getElementType(), json);
        }
        json.writeEndArray();
      }
      case MAP -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
          json.writeFieldName(entry.getKey().toString());
          writeValue(entry.getValue(), schema.getValueType(), json);
        }
        json.writeEndObject();
      }
      case STRING, ENUM -> json.writeString(value.toString());
      case BYTES -> writeBytes((ByteBuffer) value, json);
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case INT -> json.writeNumber((Integer) value);
      case LONG -> {
        if (value instanceof Instant instant) {
          json.writeString(instant.toString());
        } else {
          json.writeNumber((Long) value);
        }
      }
      case FLOAT -> json.writeNumber((Float) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case FIXED, NULL ->
          throw new IllegalStateException("no schema of Sightline has a " + schema.getType());
    }
  }

  /** The branch of a nullable field that is not null: the schemas have no other unions. */
  private static Schema branch(Schema union) {
    List<Schema> branches = union.getTypes();
    if (branches.size() != 2 || branches.get(0).getType() != Schema.Type.NULL) {
      throw new IllegalStateException("no schema of Sightline has a union such as " + union);
    }
    return branches.get(1);
  }

  private static void writeBytes(ByteBuffer bytes, JsonGenerator json) throws IOException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    json.writeBinary(copy);
  }
}
