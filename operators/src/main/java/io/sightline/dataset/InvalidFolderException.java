// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;

/** A folder of images that is not in its form; the message says for a person where. */
public final class InvalidFolderException extends IOException {

  private static final long serialVersionUID = 1L;

  InvalidFolderException(String message) {
    super(message);
  }
}
