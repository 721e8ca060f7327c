// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.schemas.ImageReference;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;

/** The value is the URI itself, in UTF-8; white space around it is left out. */
final class UriFormat implements ValueFormat {

  @Override
  public Draft read(byte[] value) throws RejectedException {
    String uri;
    try {
      uri = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString().strip();
    } catch (CharacterCodingException e) {
      throw new RejectedException(Reason.MALFORMED_RECORD, "the value is not text in UTF-8");
    }
    ImageReference reference = new ImageReference();
    reference.setUri(uri);
    reference.setAttributes(Map.of());
    return new Draft(reference, -1);
  }

  @Override
  public OptionalLong submittedAt(byte[] value) {
    return OptionalLong.empty();
  }
}
