// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.classify.ModelReader;
import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.model.ModelDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
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
    return ModelReader.read(settings, problems);
  }

  /** Gives Flink's file systems their options, where none of Flink's own scripts has done so. */
  static void initializeFileSystems(Configuration flink) {
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
