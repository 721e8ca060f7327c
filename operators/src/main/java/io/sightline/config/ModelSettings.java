// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The checked {@code model.*} options. Immutable.
 *
 * @param dir the model's folder: a path, or a URI of any Flink file system; null where the name is
 *     looked up in the repository
 * @param name of a model in the catalogue, or one's own; null leaves the folder's
 * @param version written to every event; null where there is none
 * @param repository folder with a folder a model, named as the model
 * @param preprocessing whose preprocessing is used where folder and catalogue disagree
 * @param applySoftmax whether scores are made of the graph's answers by softmax
 * @param output name of the graph's output that holds the scores; null where it has one
 * @param labelMap file with a tag a class, which events carry instead of the model's label; null
 *     where there is none
 * @param locale which tags of the label map are used; null where it has only one
 */
public record ModelSettings(
    @Nullable String dir,
    @Nullable String name,
    @Nullable String version,
    String repository,
    PreprocessingSource preprocessing,
    ApplySoftmax applySoftmax,
    @Nullable String output,
    @Nullable String labelMap,
    @Nullable String locale)
    implements Serializable {

  /** Where PaddleX keeps its models. */
  public static final String DEFAULT_REPOSITORY = "~/.paddlex/official_models";

  /** Whose word counts where the folder of a named model and the catalogue disagree. */
  public enum PreprocessingSource {
    FOLDER,
    CATALOGUE
  }

  /** Whether softmax is applied to what the graph answers; auto looks at the graph's last node. */
  public enum ApplySoftmax {
    AUTO,
    TRUE,
    FALSE
  }

  /** The same settings with the folder that was found. */
  public ModelSettings at(String folder) {
    return new ModelSettings(
        folder, name, version, repository, preprocessing, applySoftmax, output, labelMap, locale);
  }

  /** A folder, and all else by default. */
  public static ModelSettings of(String dir) {
    return of(dir, null, null);
  }

  /** A folder with a name and a version of one's own, and all else by default. */
  public static ModelSettings of(
      @Nullable String dir, @Nullable String name, @Nullable String version) {
    return new ModelSettings(
        dir,
        name,
        version,
        DEFAULT_REPOSITORY,
        PreprocessingSource.FOLDER,
        ApplySoftmax.AUTO,
        null,
        null,
        null);
  }
}
