// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ConfigLoader;
import io.sightline.config.ModelOptions;
import io.sightline.config.Problems;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags that the commands of all jobs have. */
final class JobFlags {

  @Mixin private ConfigFlags config;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the model; the same as --set model.dir=DIR.")
  private @Nullable String model;

  @Option(
      names = "--explain",
      description =
          "Prints every option with its value and where it comes from, the model and the graph."
              + " Starts nothing.")
  private boolean explain;

  @Option(
      names = "--check",
      description =
          "Tries the model, the native libraries, brokers, topics, permissions and one write to a"
              + " file output, and prints a line for each. Starts nothing.")
  private boolean check;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  JobFlags() {}

  /** The configuration of the cluster that is submitted to, of the file, then of the flags. */
  ConfigLoader loader(Problems problems) {
    ReadableConfig cluster =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()).getConfiguration();
    ConfigLoader loader = config.over(new ConfigLoader(problems).cluster(cluster.toMap()));
    if (model != null) {
      loader.set(ModelOptions.DIR.key(), model, "--model");
    }
    return loader;
  }

  boolean explain() {
    return explain;
  }

  boolean check() {
    return check;
  }
}
