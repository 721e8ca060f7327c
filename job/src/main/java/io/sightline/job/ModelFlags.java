// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ConfigLoader;
import io.sightline.config.InspectionConfig;
import io.sightline.config.ModelOptions;
import io.sightline.config.Problems;
import io.sightline.model.ModelDescriptor;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The argument and flags of the commands that look at one model. */
final class ModelFlags {

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A model's folder (a path, or a URI of any Flink file system), or the name of a model: a"
              + " folder in model.repository, or an entry of `models list`.")
  private String model;

  @Mixin private ConfigFlags config;

  /**
   * What the flags lead to.
   *
   * @param descriptor null where there is no folder, or a problem
   * @param faults what is wrong with the folder
   */
  record Inspected(
      ModelArgument argument,
      InspectionConfig config,
      @Nullable ModelDescriptor descriptor,
      List<String> faults) {}

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  ModelFlags() {}

  /**
   * Finds and reads the model.
   *
   * @param problems receives all that is wrong but for the folder's faults
   */
  Inspected read(Problems problems) {
    // The repository is an option, and must be known before the folder is.
    InspectionConfig first =
        InspectionConfig.read(with(model, new Problems()).resolve(), new Problems());
    ModelArgument argument = argument(first.model().repository(), problems);
    if (argument.isUnknown()) {
      problems.add(argument.unknown());
    }
    String dir = argument.dir();
    ConfigLoader loader = with(dir == null ? model : dir, problems);
    if (argument.name() != null) {
      loader.set(ModelOptions.NAME.key(), argument.name(), "MODEL");
    }
    InspectionConfig inspection = InspectionConfig.read(loader.resolve(), problems);
    Problems faults = new Problems();
    ModelDescriptor descriptor =
        dir == null ? null : ModelReading.read(inspection.model(), inspection.flink(), faults);
    return new Inspected(argument, inspection, descriptor, faults.messages());
  }

  private ModelArgument argument(String repository, Problems problems) {
    try {
      return ModelArgument.of(model, repository);
    } catch (IOException | IllegalArgumentException e) {
      problems.add(
          "model.repository (%s) can't be searched: %s".formatted(repository, e.getMessage()));
      return new ModelArgument(model, model, null, null, null);
    }
  }

  private ConfigLoader with(String dir, Problems problems) {
    return config.loader(problems).set(ModelOptions.DIR.key(), dir, "MODEL");
  }
}
