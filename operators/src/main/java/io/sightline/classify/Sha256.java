// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of encoded images, in lower-case hexadecimal. Not thread-safe. */
final class Sha256 {

  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  String hex(byte[] bytes, int offset, int length) {
    digest.update(bytes, offset, length);
    return HexFormat.of().formatHex(digest.digest());
  }
}
