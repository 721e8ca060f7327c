// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.fetch.FolderListing;
import io.sightline.model.Catalogue;
import io.sightline.model.ModelLookup;
import io.sightline.model.PublishedModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The model that a command is about: a folder, or a name that is looked up in the repository and in
 * the catalogue.
 *
 * @param text as the user gave it
 * @param dir its folder: a path or a URI; null where the repository has none of this name
 * @param name null where a folder was given
 * @param published null where the catalogue knows no such name, or a folder was given
 * @param searched the first folder that was looked for in the repository; null where a folder was
 *     given
 */
record ModelArgument(
    String text,
    @Nullable String dir,
    @Nullable String name,
    @Nullable PublishedModel published,
    @Nullable String searched) {

  /** Names of what is in a folder; null where there is no such folder. */
  @FunctionalInterface
  interface Listing {
    @Nullable List<String> names(String folder) throws IOException;
  }

  /**
   * What is a folder here is taken as one, be it also a name.
   *
   * @throws IOException where the repository can't be searched
   */
  static ModelArgument of(String text, String repository) throws IOException {
    return of(text, repository, FolderListing::names);
  }

  static ModelArgument of(String text, String repository, Listing listing) throws IOException {
    if (text.contains("/") || text.contains(":") || listing.names(text) != null) {
      return new ModelArgument(text, text, null, null, null);
    }
    List<String> candidates = ModelLookup.candidates(text, repository);
    List<@Nullable List<String>> entries = new ArrayList<>();
    for (String candidate : candidates) {
      entries.add(listing.names(candidate));
    }
    String dir = ModelLookup.choose(candidates, entries);
    return new ModelArgument(text, dir, text, Catalogue.find(text), candidates.get(0));
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
}
