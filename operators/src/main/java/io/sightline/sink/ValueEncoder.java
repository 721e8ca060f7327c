// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import io.sightline.config.SinkSettings;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** One encoding of what is written. Reuses its buffers; not thread-safe: a subtask has its own. */
interface ValueEncoder<T extends SpecificRecord> {

  /** A new array that holds the record. */
  byte[] encode(T record) throws IOException;

  static <T extends SpecificRecord> ValueEncoder<T> of(SinkSettings settings, Schema schema) {
    return switch (settings.encoding()) {
      case AVRO_SINGLE_OBJECT -> AvroEncoder.singleObject(schema);
      case AVRO_CONFLUENT -> AvroEncoder.confluent(schema, settings.schemaId());
      case JSON -> new JsonEncoder<>();
    };
  }
}
