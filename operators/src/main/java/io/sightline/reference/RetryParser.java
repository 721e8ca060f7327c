// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.schemas.Retry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Reads the records of the retry topic: Avro single-object encoding of any published version of
 * {@code Retry}. Not thread-safe.
 */
public final class RetryParser {

  private static final int HEADER_BYTES = 10;
  private static final short MARKER = (short) 0xC301;

  private final Map<Long, DatumReader<Retry>> readers = new HashMap<>();

  /** A parser of all published versions. */
  public RetryParser() {
    SpecificData model = SpecificData.getForClass(Retry.class);
    KnownSchemas.retry()
        .forEach(
            (fingerprint, writer) ->
                readers.put(
                    fingerprint, new SpecificDatumReader<>(writer, Retry.getClassSchema(), model)));
  }

  /**
   * The retry of one record; its reference has an id and its attempts. It may hold views of the
   * record's arrays.
   *
   * @throws RejectedException where the record is none
   */
  public Retry parse(SourceRecord record) throws RejectedException {
    byte[] value = record.value();
    if (value == null
        || value.length < HEADER_BYTES
        || ByteBuffer.wrap(value).getShort() != MARKER) {
      throw malformed("it is not in Avro's single-object encoding");
    }
    long fingerprint = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    DatumReader<Retry> reader = readers.get(fingerprint);
    if (reader == null) {
      throw malformed("its schema is no published version of Retry");
    }
    Retry retry;
    try {
      retry = reader.read(new Retry(), new BoundedDecoder(value, HEADER_BYTES));
    } catch (IOException | RuntimeException e) {
      // Avro reports a broken record with exceptions of many types, IndexOutOfBounds among them.
      throw malformed(String.valueOf(e.getMessage()));
    }
    if (retry.getReference().getId() == null || retry.getReference().getFetchAttempts() == null) {
      throw malformed("its reference lacks id or fetch_attempts");
    }
    return retry;
  }

  private static RejectedException malformed(String why) {
    return new RejectedException(
        Reason.MALFORMED_RECORD, "a record of retries.topic is no Retry: " + why);
  }
}
