// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** A header that names the schema, then the record in Avro binary. */
final class AvroEncoder<T extends SpecificRecord> implements ValueEncoder<T> {

  private final byte[] header;
  private final SpecificDatumWriter<T> writer;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);
  private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(buffer, null);

  private AvroEncoder(Schema schema, byte[] header) {
    this.writer = new SpecificDatumWriter<>(schema);
    this.header = header;
  }

  /** Avro single-object encoding: C3 01 and the schema's fingerprint, little-endian. */
  static <T extends SpecificRecord> AvroEncoder<T> singleObject(Schema schema) {
    ByteBuffer header = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0xC3).put((byte) 0x01);
    header.putLong(SchemaNormalization.parsingFingerprint64(schema));
    return new AvroEncoder<>(schema, header.array());
  }

  /** What Confluent's serializers write: a zero byte and the id in the registry, big-endian. */
  static <T extends SpecificRecord> AvroEncoder<T> confluent(Schema schema, int schemaId) {
    return new AvroEncoder<>(schema, ByteBuffer.allocate(5).putInt(1, schemaId).array());
  }

  @Override
  public byte[] encode(T record) throws IOException {
    buffer.reset();
    encoder.writeFixed(header);
    writer.write(record, encoder);
    encoder.flush();
    return buffer.toByteArray();
  }
}
