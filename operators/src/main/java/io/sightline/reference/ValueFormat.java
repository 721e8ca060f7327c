// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.config.SourceSettings.Format;
import io.sightline.schemas.ImageReference;
import java.util.OptionalLong;

/** One encoding of references. Not thread-safe: an operator has its own. */
interface ValueFormat {

  /**
   * What a value says, with nothing checked but the encoding.
   *
   * @param reference without content where that has more than {@code maxInlineBytes}
   * @param contentSize size in bytes of the inline content, however large it is; -1 where there is
   *     none
   */
  record Draft(ImageReference reference, long contentSize) {}

  /**
   * Reads a value.
   *
   * @param value at least one byte; the draft may hold views of it
   * @throws RejectedException where it is not in this encoding
   */
  Draft read(byte[] value) throws RejectedException;

  /** Milliseconds since the epoch of {@code submitted_at} alone; empty where it can't be told. */
  OptionalLong submittedAt(byte[] value);

  static ValueFormat of(Format format, int maxInlineBytes) {
    return switch (format) {
      case AVRO_SINGLE_OBJECT -> new AvroFormat(maxInlineBytes);
      case JSON -> new JsonFormat(maxInlineBytes);
      case URI -> new UriFormat();
    };
  }
}
