// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.model.Catalogue;
import io.sightline.model.PublishedModel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The model that a command is about: a folder, or a name that is looked up in the repository and in
 * the catalogue.
 *
 * @param text as the user gave it
 * @param dir its folder: a path or a URI; null where the repository has none of this name
 * @param name null where a folder was given
 * @param published null where the catalogue knows no such name, or a folder was given
 * @param searched the folder in the repository, there or not; null where a folder was given
 */
record ModelArgument(
    String text,
    @Nullable String dir,
    @Nullable String name,
    @Nullable PublishedModel published,
    @Nullable String searched) {

  /** What is a folder here is taken as one, be it also a name. */
  static ModelArgument of(String text, String repository) {
    return of(text, repository, ModelArgument::isFolder);
  }

  static ModelArgument of(String text, String repository, Predicate<String> isFolder) {
    if (text.contains("/") || text.contains(":") || isFolder.test(text)) {
      return new ModelArgument(text, text, null, null, null);
    }
    String searched = expanded(repository).replaceAll("/+$", "") + "/" + text;
    return new ModelArgument(
        text, isFolder.test(searched) ? searched : null, text, Catalogue.find(text), searched);
  }

  /** What to say where a folder was taken that a model of the catalogue has the name of. */
  @Nullable String note() {
    return name == null && Catalogue.find(text) != null
        ? text
            + " is a folder here, and is taken as one; a model of the catalogue has the same name"
        : null;
  }

  /** Whether nothing is known of the name. */
  boolean isUnknown() {
    return dir == null && published == null;
  }

  /** What was looked for and not found, and what may have been meant. */
  String unknown() {
    String nearest = Catalogue.nearest(text);
    return "%s is neither a folder nor a name in the catalogue, and there is no folder %s%s"
        .formatted(
            text,
            searched,
            nearest == null
                ? "; `sightline models list` shows the names"
                : ": did you mean " + nearest + "?");
  }

  private static boolean isFolder(String path) {
    try {
      return Files.isDirectory(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String expanded(String path) {
    return path.equals("~") || path.startsWith("~/")
        ? System.getProperty("user.home") + path.substring(1)
        : path;
  }
}
