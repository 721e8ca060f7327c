// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder {@code ../shared} with test data that is no part of the project. A test that needs it
 * is skipped where it is absent, and fails there if the environment has {@code CI=true}. {@code
 * SIGHTLINE_SHARED} names it if it lies elsewhere.
 */
public final class SharedFolder {

  private SharedFolder() {}

  /** A file or folder in it, {@code models/squeezenet1_1}. */
  public static Path resolve(String path) {
    Path file = find().resolve(path);
    if (!Files.exists(file)) {
      fail(file + " does not exist");
    }
    return file;
  }

  private static Path find() {
    String named = System.getenv("SIGHTLINE_SHARED");
    if (named != null && isShared(Path.of(named))) {
      return Path.of(named);
    }
    Path start = Path.of(System.getProperty("user.dir")).toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      Path shared = folder.resolveSibling("shared");
      if (isShared(shared)) {
        return shared;
      }
    }
    String message =
        "the folder 'shared' with test data is not beside the checkout: set SIGHTLINE_SHARED to"
            + " its path";
    return Boolean.parseBoolean(System.getenv("CI")) ? fail(message) : abort(message);
  }

  private static boolean isShared(Path folder) {
    return Files.isDirectory(folder.resolve("models"));
  }
}
