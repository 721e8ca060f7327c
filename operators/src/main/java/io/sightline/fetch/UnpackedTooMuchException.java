// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.IOException;

/** Says that an archive unpacks to more than it may. */
final class UnpackedTooMuchException extends IOException {

  UnpackedTooMuchException(long bytes) {
    super("the archive unpacks to more than %d bytes".formatted(bytes));
  }
}
