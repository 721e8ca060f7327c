// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder in PaddleX's form: {@code inference.onnx} and {@code inference.yml}, as {@code paddlex
 * --paddle2onnx} leaves them.
 */
final class PaddlexFolder {

  private static final String GRAPH = "inference.onnx";
  private static final List<String> EXPORTED =
      List.of("inference.pdiparams", "inference.pdmodel", "inference.json");
  private static final String TRAINED = ".pdparams";

  private PaddlexFolder() {}

  /** Whether a folder has files of this form, or Paddle's own from which they are made. */
  static boolean matches(Path folder) throws IOException {
    return Files.exists(folder.resolve(GRAPH))
        || Files.exists(folder.resolve(InferenceYaml.FILE))
        || isExported(folder)
        || trainedWeights(folder) != null;
  }

  /**
   * Null where no graph is there, after a problem.
   *
   * @param dir the folder's name in commands
   */
  static @Nullable FolderContents read(Path folder, String dir, Problems problems)
      throws IOException {
    Path yamlFile = folder.resolve(InferenceYaml.FILE);
    boolean hasYaml = Files.isRegularFile(yamlFile);
    InferenceYaml yaml = hasYaml ? InferenceYaml.read(yamlFile, problems) : null;
    if (!Files.isRegularFile(folder.resolve(GRAPH))) {
      problems.add(withoutGraph(folder, dir));
    } else if (!hasYaml) {
      problems.add(
          "has no %s, which PaddleX exports beside the model: copy it from the folder that was converted"
              .formatted(InferenceYaml.FILE));
    }
    if (!Files.isRegularFile(folder.resolve(GRAPH))) {
      return null;
    }
    return new FolderContents(
        GRAPH,
        yaml == null ? null : yaml.modelName(),
        yaml == null || yaml.preprocessing() == null ? List.of() : List.of(yaml.preprocessing()),
        InferenceYaml.FILE + " PreProcess.transform_ops",
        yaml == null ? null : yaml.labels(),
        InferenceYaml.FILE + " PostProcess.Topk.label_list",
        null,
        null,
        null,
        yaml == null ? List.of() : yaml.warnings());
  }

  private static String withoutGraph(Path folder, String dir) throws IOException {
    if (isExported(folder)) {
      return "holds Paddle's weights and no %s: convert them by %s"
          .formatted(GRAPH, convert(dir, dir));
    }
    String trained = trainedWeights(folder);
    if (trained == null) {
      return "has no " + GRAPH;
    }
    Path exported = folder.resolve("inference");
    if (Files.isDirectory(exported) && isExported(exported)) {
      String inside = dir.replaceAll("/+$", "") + "/inference";
      return "holds weights as Paddle trains them (%s), and the exported model in its folder inference: convert that by %s, and set model.dir to it"
          .formatted(trained, convert(inside, inside));
    }
    return "holds weights as Paddle trains them (%s) and no %s: export them by `python main.py -c paddlex/configs/modules/image_classification/NAME.yaml -o Global.mode=export -o Export.weight_path=%s/%s -o Global.output=EXPORTED` in PaddleX, then convert by %s"
        .formatted(trained, GRAPH, dir.replaceAll("/+$", ""), trained, convert("EXPORTED", dir));
  }

  /** The command that makes a folder of this form of Paddle's exported weights. */
  static String convert(String paddleDir, String onnxDir) {
    return "`paddlex --paddle2onnx --paddle_model_dir %s --onnx_model_dir %s` (once `paddlex --install paddle2onnx`)"
        .formatted(paddleDir, onnxDir);
  }

  private static boolean isExported(Path folder) {
    return EXPORTED.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  private static @Nullable String trainedWeights(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(TRAINED))
          .sorted()
          .findFirst()
          .orElse(null);
    }
  }
}
