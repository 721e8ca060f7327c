// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds what lies in a folder, which may be a link, and in all folders below it. Links to folders
 * are not followed below it.
 */
public final class FolderWalk {

  private FolderWalk() {}

  /**
   * The paths that are wanted, sorted. They begin with the folder as it was given.
   *
   * @param wanted is asked about the folder too
   * @throws IOException where the folder, or one below it, can't be read
   */
  public static List<Path> find(Path folder, Predicate<Path> wanted) throws IOException {
    Path real = folder.toRealPath(); // Files.walk does not enter a link
    try (Stream<Path> paths = Files.walk(real)) {
      return paths
          .map(path -> folder.resolve(real.relativize(path)))
          .filter(wanted)
          .sorted()
          .toList();
    } catch (UncheckedIOException e) { // a folder that may not be read
      throw e.getCause();
    }
  }
}
