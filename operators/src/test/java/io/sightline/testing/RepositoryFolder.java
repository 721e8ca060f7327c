// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** The root of the checkout that the tests run in. */
public final class RepositoryFolder {

  private RepositoryFolder() {}

  public static Path find() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("schemas"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("The tests must run inside a checkout");
    }
    return folder;
  }
}
