// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.ModelSettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a model's folder is looked for, by the habits of PaddleX's {@code create_model}: {@code
 * model.dir} where it is set, else a folder named as the model in {@code model.repository}; without
 * a name, PaddleX's default. PaddleX keeps a downloaded model as {@code NAME}, its archives unpack
 * to {@code NAME_infer}, and what is converted to ONNX elsewhere is commonly called {@code
 * NAME_onnx}.
 */
public final class ModelLookup {

  /** The model that PaddleX takes where none is named. */
  public static final String DEFAULT_NAME = "PP-LCNet_x1_0";

  private static final List<String> ENDINGS = List.of("", "_onnx", "_infer", "_infer_onnx");

  private ModelLookup() {}

  /** The folders that may hold the model, most likely first; {@code model.dir} alone if set. */
  public static List<String> candidates(ModelSettings settings) {
    String dir = settings.dir();
    if (dir != null) {
      return List.of(expand(dir));
    }
    return candidates(name(settings), settings.repository());
  }

  /** The folders of a repository that may hold the model of a name, most likely first. */
  public static List<String> candidates(String name, String repository) {
    String folder = folder(repository) + "/" + name;
    return ENDINGS.stream().map(ending -> folder + ending).toList();
  }

  /**
   * The folder to take.
   *
   * @param entries of each candidate, in the same order: the names of what is in it, or null where
   *     there is no such folder
   * @return the first with an ONNX graph, else the first that exists; null where none does
   */
  public static @Nullable String choose(
      List<String> candidates, List<@Nullable List<String>> entries) {
    String first = null;
    for (int i = 0; i < candidates.size(); i++) {
      List<String> names = entries.get(i);
      if (names != null && names.stream().anyMatch(ModelLookup::isGraph)) {
        return candidates.get(i);
      }
      first = first == null && names != null ? candidates.get(i) : first;
    }
    return first;
  }

  /** What to say where no candidate is a folder. */
  public static String notFound(ModelSettings settings) {
    String name = name(settings);
    String repository = folder(settings.repository());
    String searched =
        "%s has no folder of this name (nor with the ending %s)"
            .formatted(repository, String.join(", ", ENDINGS.subList(1, ENDINGS.size())));
    String way = "set model.dir, or model.repository to where it lies";
    PublishedModel published = Catalogue.find(name);
    if (published == null) {
      String nearest = Catalogue.nearest(name);
      return "model.name (%s) is none of PaddleX's %d models%s, and %s: %s"
          .formatted(
              name,
              Catalogue.all().size(),
              nearest == null ? "" : " (did you mean " + nearest + "?)",
              searched,
              way);
    }
    String subject =
        settings.name() == null
            ? "model.dir and model.name are not set, and of PaddleX's default, %s,".formatted(name)
            : "model.name (%s) was looked up:".formatted(name);
    return "%s %s; download %s, unpack it, and convert it by %s; or %s"
        .formatted(
            subject,
            searched,
            published.inferenceUrl(),
            PaddlexFolder.convert(name + "_infer", repository + "/" + name),
            way);
  }

  private static String name(ModelSettings settings) {
    return settings.name() == null ? DEFAULT_NAME : settings.name();
  }

  private static String folder(String repository) {
    return expand(repository).replaceAll("/+$", "");
  }

  /** A path that starts in the user's home, as a shell reads it. */
  private static String expand(String dir) {
    return dir.equals("~") || dir.startsWith("~/")
        ? Path.of(System.getProperty("user.home")) + dir.substring(1)
        : dir;
  }

  private static boolean isGraph(String entry) {
    return entry.endsWith(".onnx") || entry.equals("onnx");
  }
}
