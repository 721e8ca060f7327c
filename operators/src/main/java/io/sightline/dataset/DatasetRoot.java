// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the folder of a PaddleX data set in a folder that holds it, as PaddleX does: it is where
 * the folder {@code images} lies, and there is one such folder.
 */
final class DatasetRoot {

  private static final String IMAGES = "images";

  private DatasetRoot() {}

  /**
   * The folder that has {@code images} in it, absolute. Links to folders are not followed below
   * {@code folder}.
   *
   * @throws InvalidFolderException where there is none, or more than one
   */
  static Path find(Path folder) throws IOException {
    Path start = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(start)) {
      throw new InvalidFolderException(
          Files.exists(start) ? start + " is not a folder" : start + " does not exist.");
    }
    List<Path> found =
        FolderWalk.find(
            start, file -> !file.equals(start) && file.endsWith(IMAGES) && Files.isDirectory(file));
    if (found.size() != 1) {
      throw new InvalidFolderException(
          "exactly one folder named images must lie in %s (found %s)"
              .formatted(
                  start,
                  found.isEmpty()
                      ? "none"
                      : found.size()
                          + ": "
                          + ImageFolder.shown(
                              found.stream().map(path -> ImageFolder.name(start, path)).toList())));
    }
    return found.get(0).resolveSibling("").normalize();
  }
}
