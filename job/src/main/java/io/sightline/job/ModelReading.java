// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static java.util.Objects.requireNonNull;

import io.sightline.config.ClassifyJobConfig;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginManager;
import org.apache.flink.core.plugin.PluginUtils;
import org.jspecify.annotations.Nullable;

/** Reads the model of a configuration when a job is submitted. */
final class ModelReading {

  private ModelReading() {}

  /** Reads the model even where options are wrong, so that all problems come at once. */
  static @Nullable ModelDescriptor read(ClassifyJobConfig config, Problems problems) {
    return read(config.model(), config.flink(), problems);
  }

  /**
   * Reads a model outside a job.
   *
   * @param flink Flink's options, which file systems need
   */
  static @Nullable ModelDescriptor read(
      ModelSettings settings, Configuration flink, Problems problems) {
    initializeFileSystems(flink);
    String dir = find(settings, problems);
    ModelDescriptor model = dir == null ? null : read(settings.at(dir), problems);
    if (settings.labelMap() == null) {
      if (settings.locale() != null) {
        problems.add("model.locale is set, but model.label-map is not");
      }
      return model;
    }
    return tagged(model, settings, problems);
  }

  private static @Nullable ModelDescriptor read(ModelSettings settings, Problems problems) {
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

  /** Gives Flink's file systems their options, where none of Flink's own scripts has done so. */
  private static void initializeFileSystems(Configuration flink) {
    if (System.getenv("FLINK_CONF_DIR") != null) {
      return;
    }
    String plugins =
        System.getenv()
            .getOrDefault(
                ConfigConstants.ENV_FLINK_PLUGINS_DIR, ConfigConstants.DEFAULT_FLINK_PLUGINS_DIRS);
    PluginManager manager =
        Files.isDirectory(Path.of(plugins))
            ? PluginUtils.createPluginManagerFromRootFolder(flink)
            : null;
    FileSystem.initialize(flink, manager);
  }
}
