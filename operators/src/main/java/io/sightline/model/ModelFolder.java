// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks the folder of a model. It is PaddleX's form: {@code inference.onnx} with its
 * external data files, and {@code inference.yml}.
 *
 * <p>Where the graph states no number of classes, labels can't be held against it here: whoever
 * opens a session on it must compare them with the scores of a first run.
 */
public final class ModelFolder {

  private static final String GRAPH = "inference.onnx";
  private static final String PLAIN_GRAPH = "model.onnx";
  private static final List<String> PADDLE_WEIGHTS =
      List.of("inference.pdiparams", "inference.pdmodel", "inference.json");

  private ModelFolder() {}

  /**
   * Reads a folder, with everything that is wrong with it.
   *
   * @param folder the folder on the local disk
   * @param settings {@code settings.dir()} names the folder in messages and in the descriptor
   * @return null where there was a problem
   */
  public static @Nullable ModelDescriptor read(
      Path folder, ModelSettings settings, Problems problems) {
    Problems found = new Problems();
    ModelDescriptor descriptor = null;
    try {
      descriptor = read(folder, settings, found, checkFiles(folder, found));
    } catch (IOException e) {
      found.add("can't be read: " + e);
    }
    for (String problem : found.messages()) {
      problems.add("model.dir (" + settings.dir() + "): " + problem);
    }
    return found.isEmpty() ? descriptor : null;
  }

  /**
   * Compares a folder with what was found in it when the job was submitted.
   *
   * @param folder the folder on the local disk
   * @throws IOException where the folder has changed, with both fingerprints, or can't be read
   */
  public static void verify(Path folder, ModelDescriptor expected) throws IOException {
    Problems problems = new Problems();
    ModelSettings settings = ModelSettings.of(expected.dir(), expected.name(), expected.version());
    ModelDescriptor actual = read(folder, settings, problems);
    if (actual == null) {
      throw new IOException(
          "the model folder %s is no longer the one that was submitted (fingerprint %s):\n%s"
              .formatted(
                  expected.dir(), expected.fingerprint(), String.join("\n", problems.messages())));
    }
    if (!actual.fingerprint().equals(expected.fingerprint())) {
      throw new IOException(
          "the model folder %s has changed since the job was submitted: its fingerprint was %s, and is now %s; submit the job anew to take the changed model"
              .formatted(expected.dir(), expected.fingerprint(), actual.fingerprint()));
    }
  }

  /** Whether the folder has the form's files, so that it is worth a look into them. */
  private static boolean checkFiles(Path folder, Problems problems) {
    if (!Files.isDirectory(folder)) {
      problems.add(Files.exists(folder) ? "is not a folder" : "does not exist");
      return false;
    }
    boolean graph = Files.isRegularFile(folder.resolve(GRAPH));
    boolean yaml = Files.isRegularFile(folder.resolve(InferenceYaml.FILE));
    if (graph && yaml) {
      return true;
    }
    if (!graph && PADDLE_WEIGHTS.stream().anyMatch(name -> Files.exists(folder.resolve(name)))) {
      problems.add(
          "holds Paddle weights and no %s: convert it by `paddlex --paddle2onnx --paddle_model_dir DIR --onnx_model_dir DIR`"
              .formatted(GRAPH));
    } else if (!graph && !yaml && Files.exists(folder.resolve(PLAIN_GRAPH))) {
      problems.add(
          "holds %s but not PaddleX's %s and %s: other forms of a model folder are not supported yet"
              .formatted(PLAIN_GRAPH, GRAPH, InferenceYaml.FILE));
    } else {
      if (!graph) {
        problems.add("has no " + GRAPH);
      }
      if (!yaml) {
        problems.add("has no " + InferenceYaml.FILE);
      }
    }
    return graph || yaml;
  }

  private static @Nullable ModelDescriptor read(
      Path folder, ModelSettings settings, Problems problems, boolean readable) throws IOException {
    if (!readable) {
      return null;
    }
    Path yamlFile = folder.resolve(InferenceYaml.FILE);
    InferenceYaml yaml =
        Files.isRegularFile(yamlFile) ? InferenceYaml.read(yamlFile, problems) : null;
    Preprocessing preprocessing = yaml == null ? null : yaml.preprocessing();
    List<String> labels = yaml == null ? null : yaml.labels();

    Path graph = folder.resolve(GRAPH);
    GraphHeader header = Files.isRegularFile(graph) ? header(graph, problems) : null;
    if (header == null) {
      return null;
    }
    GraphEnds ends =
        GraphChecks.check(
            GRAPH,
            header,
            new GraphExpectations(
                preprocessing,
                InferenceYaml.FILE + " PreProcess.transform_ops",
                labels == null ? 0 : labels.size(),
                InferenceYaml.FILE + " PostProcess.Topk.label_list",
                false,
                settings.applySoftmax(),
                settings.output()),
            problems);
    SortedMap<String, Path> externalFiles =
        new TreeMap<>(ExternalData.check(folder, GRAPH, header.externalTensors(), problems));
    if (yaml == null
        || preprocessing == null
        || labels == null
        || ends == null
        || !problems.isEmpty()) {
      return null;
    }
    return new ModelDescriptor(
        dir(settings),
        GRAPH,
        name(settings, yaml),
        settings.version(),
        Fingerprint.of(graph, externalFiles, preprocessing, labels),
        preprocessing,
        ends.input(),
        ends.output(),
        labels,
        labels,
        ends.warnings());
  }

  private static @Nullable GraphHeader header(Path graph, Problems problems) {
    try {
      return GraphHeader.read(graph);
    } catch (IOException e) {
      problems.add(GRAPH + " " + e.getMessage());
      return null;
    }
  }

  private static String name(ModelSettings settings, InferenceYaml yaml) {
    if (settings.name() != null) {
      return settings.name();
    }
    if (yaml.modelName() != null) {
      return yaml.modelName();
    }
    String dir = dir(settings).replaceAll("/+$", "");
    return dir.substring(dir.lastIndexOf('/') + 1);
  }

  private static String dir(ModelSettings settings) {
    return Objects.requireNonNull(settings.dir());
  }
}
