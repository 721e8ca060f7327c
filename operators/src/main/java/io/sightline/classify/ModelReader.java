// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static java.util.Objects.requireNonNull;

import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.fetch.FolderListing;
import io.sightline.fetch.LocalFile;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.LabelMap;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.model.ModelLookup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds and reads the model that the {@code model.*} options name. Thread-safe. */
public final class ModelReader {

  private ModelReader() {}

  /**
   * Reads the model's folder, which {@code model.dir} names or {@code model.name} leads to, and the
   * label map, with everything that is wrong with them.
   *
   * @return null where there was a problem
   */
  public static @Nullable ModelDescriptor read(ModelSettings settings, Problems problems) {
    String dir = find(settings, problems);
    ModelDescriptor model = dir == null ? null : readFolder(settings.at(dir), problems);
    if (settings.labelMap() == null) {
      if (settings.locale() != null) {
        problems.add("model.locale is set, but model.label-map is not");
      }
      return model;
    }
    return tagged(model, settings, problems);
  }

  private static @Nullable ModelDescriptor readFolder(ModelSettings settings, Problems problems) {
    try (LocalFolder folder = LocalFolder.acquire(requireNonNull(settings.dir()), "submit")) {
      return ModelFolder.read(folder.path(), settings, problems);
    } catch (IOException | IllegalArgumentException e) {
      problems.add("model.dir can't be read: " + e.getMessage());
      return null;
    }
  }

  /** The folder to read; null after a problem. */
  private static @Nullable String find(ModelSettings settings, Problems problems) {
    List<String> candidates = ModelLookup.candidates(settings);
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    List<@Nullable List<String>> entries = new ArrayList<>();
    try {
      for (String candidate : candidates) {
        entries.add(FolderListing.names(candidate));
      }
    } catch (IOException | IllegalArgumentException e) {
      problems.add(
          "model.repository (%s) can't be searched: %s"
              .formatted(settings.repository(), e.getMessage()));
      return null;
    }
    String found = ModelLookup.choose(candidates, entries);
    if (found == null) {
      problems.add(ModelLookup.notFound(settings));
    }
    return found;
  }

  /** The model with the tags of the label map, which is read even where there is no model. */
  private static @Nullable ModelDescriptor tagged(
      @Nullable ModelDescriptor model, ModelSettings settings, Problems problems) {
    String map = requireNonNull(settings.labelMap());
    LabelMap labelMap = null;
    try (LocalFile file = LocalFile.acquire(map)) {
      labelMap = LabelMap.read(file.path(), map, settings.locale(), problems);
    } catch (IOException | IllegalArgumentException e) {
      problems.add("model.label-map (%s) can't be read: %s".formatted(map, e.getMessage()));
    }
    if (model == null || labelMap == null) {
      return null;
    }
    List<String> tags = labelMap.tags(model.labels(), problems);
    return tags == null ? null : model.withTags(tags);
  }
}
