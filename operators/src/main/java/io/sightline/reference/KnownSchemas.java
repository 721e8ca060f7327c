// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.schemas.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * Every version of the {@code ImageReference} schema that was ever published, by fingerprint. Each
 * lies in the schemas module as {@code history/ImageReference-N.avsc}, N counting from 1.
 */
final class KnownSchemas {

  private static final Map<Long, Schema> BY_FINGERPRINT = load();

  private KnownSchemas() {}

  /** By CRC-64-AVRO fingerprint, as single-object encoding carries it. */
  static Map<Long, Schema> imageReference() {
    return BY_FINGERPRINT;
  }

  private static Map<Long, Schema> load() {
    Map<Long, Schema> schemas = new HashMap<>();
    put(schemas, ImageReference.getClassSchema());
    for (int version = 1; ; version++) {
      String name = "history/ImageReference-" + version + ".avsc";
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
