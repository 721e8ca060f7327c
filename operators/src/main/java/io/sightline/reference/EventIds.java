// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Identity of events: the same reference through the same model has the same event id. */
public final class EventIds {

  private EventIds() {}

  /**
   * The event id: SHA-256 in 64 lower-case hexadecimal digits over the length in bytes of the
   * reference id as a big-endian int, the reference id in UTF-8, the page index as a big-endian int
   * (-1 for a single image), and the fingerprint in UTF-8. It never changes: consumers drop doubles
   * by it.
   *
   * @param pageIndex index from 0 of the page or frame; null for a single image
   */
  public static String eventId(
      String referenceId, @Nullable Integer pageIndex, String modelFingerprint) {
    byte[] id = referenceId.getBytes(StandardCharsets.UTF_8);
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, id.length));
    digest.update(id);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, pageIndex == null ? -1 : pageIndex));
    digest.update(modelFingerprint.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
