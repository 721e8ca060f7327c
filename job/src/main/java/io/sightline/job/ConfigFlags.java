// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ConfigLoader;
import io.sightline.config.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that set options. */
final class ConfigFlags {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with the job's options and Flink's own.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one option, over the file. May be repeated.")
  private List<String> sets = new ArrayList<>();

  /** The configuration of the file, then of the flags. */
  ConfigLoader loader(Problems problems) {
    return over(new ConfigLoader(problems));
  }

  /** Adds the configuration of the file, then of the flags. */
  ConfigLoader over(ConfigLoader loader) {
    if (file != null) {
      loader.file(file);
    }
    sets.forEach(loader::set);
    return loader;
  }
}
