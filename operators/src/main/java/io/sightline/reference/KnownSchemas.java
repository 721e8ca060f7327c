// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Retry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * Every version of the schemas of records that are read that was ever published, by fingerprint.
 * Each lies in the schemas module as {@code history/NAME-N.avsc}, N counting from 1.
 */
final class KnownSchemas {

  private static final Map<Long, Schema> REFERENCES = load(ImageReference.getClassSchema());
  private static final Map<Long, Schema> RETRIES = load(Retry.getClassSchema());

  private KnownSchemas() {}

  /** By CRC-64-AVRO fingerprint, as single-object encoding carries it. */
  static Map<Long, Schema> imageReference() {
    return REFERENCES;
  }

  /** The same of {@code Retry}. */
  static Map<Long, Schema> retry() {
    return RETRIES;
  }

  private static Map<Long, Schema> load(Schema current) {
    Map<Long, Schema> schemas = new HashMap<>();
    put(schemas, current);
    for (int version = 1; ; version++) {
      String name = "history/%s-%d.avsc".formatted(current.getName(), version);
      try (InputStream in = ImageReference.class.getResourceAsStream(name)) {
        if (in == null) {
          return Map.copyOf(schemas);
        }
        put(schemas, new Schema.Parser().parse(in));
      } catch (IOException e) {
        throw new UncheckedIOException("can't read " + name, e);
      }
    }
  }

  private static void put(Map<Long, Schema> schemas, Schema schema) {
    schemas.put(SchemaNormalization.parsingFingerprint64(schema), schema);
  }
}
