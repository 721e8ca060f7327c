// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.avro.specific.SpecificRecord;

/** A record as one JSON object on one line, in UTF-8, as {@link JsonRecords} has it. */
final class JsonEncoder<T extends SpecificRecord> implements ValueEncoder<T> {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private final ByteArrayBuilder buffer = new ByteArrayBuilder(1024);

  @Override
  public byte[] encode(T record) throws IOException {
    buffer.reset();
    write(record, buffer);
    return buffer.toByteArray();
  }

  /** Writes the object, with nothing after it, and leaves {@code out} open. */
  void write(T record, OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      JsonRecords.write(record, json);
    }
  }
}
