// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.ModelSettings;
import io.sightline.config.ModelSettings.ApplySoftmax;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.model.ScoreOutput.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks the folder of a model, in one of three forms: PaddleX's, Hugging Face's, or the
 * plain one; each has an ONNX graph, with its external data files beside it.
 *
 * <p>Where the graph states no number of classes, labels can't be held against it here: whoever
 * opens a session on it must compare them with the scores of a first run.
 */
public final class ModelFolder {

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
      FolderContents contents = FolderForm.read(folder, dir(settings), found);
      if (contents != null) {
        CatalogueChecks.checkName(settings, contents, found);
        String name = name(folder, settings, contents);
        descriptor =
            read(
                folder,
                CatalogueChecks.withPreprocessing(contents, settings, name, found),
                settings,
                name,
                found);
      }
    } catch (IOException e) {
      found.add("can't be read: " + e);
    }
    for (String problem : found.messages()) {
      problems.add("model.dir (" + settings.dir() + "): " + problem);
    }
    return found.isEmpty() ? descriptor : null;
  }

  /**
   * The name of a folder's form, by its files.
   *
   * @param folder the folder on the local disk
   * @return null where it is none that is known
   */
  public static @Nullable String form(Path folder) throws IOException {
    return FolderForm.name(folder);
  }

  /**
   * Compares a folder with what was found in it when the job was submitted.
   *
   * @param folder the folder on the local disk
   * @throws IOException where the folder has changed, with both fingerprints, or can't be read
   */
  public static void verify(Path folder, ModelDescriptor expected) throws IOException {
    Problems problems = new Problems();
    ModelDescriptor actual = read(folder, expected.settings(), problems);
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

  /**
   * Bytes of a graph and of its external data files: of its weights, and of little more.
   *
   * @param folder the folder on the local disk
   * @param graphFile as the descriptor has it
   */
  public static long graphBytes(Path folder, String graphFile) throws IOException {
    Path graph = folder.resolve(graphFile);
    SortedMap<String, Path> externalFiles =
        ExternalData.check(
            Objects.requireNonNull(graph.getParent()),
            graphFile,
            GraphHeader.read(graph).externalTensors(),
            new Problems());
    long bytes = Files.size(graph);
    for (Path file : externalFiles.values()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private static @Nullable ModelDescriptor read(
      Path folder, FolderContents contents, ModelSettings settings, String name, Problems problems)
      throws IOException {
    String file = contents.graphFile();
    Path graph = folder.resolve(file);
    List<String> labels = contents.labels();
    List<String> warnings = new ArrayList<>(contents.warnings());
    GraphHeader header = header(graph, file, problems);
    if (header == null) {
      return null;
    }
    Preprocessing preprocessing = preprocessing(contents, header);
    GraphEnds ends =
        GraphChecks.check(file, header, expectations(contents, preprocessing, settings), problems);
    checkInput(contents, header, problems);
    SortedMap<String, Path> externalFiles =
        new TreeMap<>(
            ExternalData.check(
                Objects.requireNonNull(graph.getParent()),
                file,
                header.externalTensors(),
                problems));
    if (preprocessing == null || labels == null || ends == null || !problems.isEmpty()) {
      return null;
    }
    warnings.addAll(ends.warnings());
    CatalogueChecks.warnOfDifferences(
        CatalogueChecks.published(contents, name), preprocessing, labels.size(), warnings);
    return new ModelDescriptor(
        settings,
        dir(settings),
        file,
        name,
        settings.version(),
        Fingerprint.of(
            graph,
            externalFiles,
            preprocessing,
            ends.output(),
            header.outputs().size() > 1,
            labels),
        preprocessing,
        ends.input(),
        ends.output(),
        labels,
        labels,
        warnings);
  }

  private static @Nullable GraphHeader header(Path graph, String file, Problems problems) {
    try {
      return GraphHeader.read(graph);
    } catch (IOException e) {
      problems.add(file + " " + e.getMessage());
      return null;
    }
  }

  /** What the folder says of its graph, and the user's options, which come before it. */
  private static GraphExpectations expectations(
      FolderContents contents, @Nullable Preprocessing preprocessing, ModelSettings settings) {
    ApplySoftmax applySoftmax = settings.applySoftmax();
    Activation activation = contents.activation();
    if (applySoftmax == ApplySoftmax.AUTO && activation != null) {
      applySoftmax =
          switch (activation) {
            case NONE -> ApplySoftmax.FALSE;
            case SOFTMAX -> ApplySoftmax.TRUE;
            case SIGMOID -> ApplySoftmax.AUTO;
          };
    }
    return new GraphExpectations(
        preprocessing,
        contents.preprocessingPlace(),
        contents.labels() == null ? 0 : contents.labels().size(),
        contents.labelsPlace(),
        activation == Activation.SIGMOID,
        applySoftmax,
        settings.output() != null ? settings.output() : contents.output());
  }

  /** The first whose sides the graph takes, or else the first; null where there is none. */
  private static @Nullable Preprocessing preprocessing(
      FolderContents contents, GraphHeader header) {
    List<Preprocessing> all = contents.preprocessings();
    if (all.size() < 2 || header.inputs().size() != 1) {
      return all.isEmpty() ? null : all.get(0);
    }
    int[] shape = TensorTypes.sides(header.inputs().get(0));
    return all.stream()
        .filter(preprocessing -> shape == null || takes(shape, preprocessing))
        .findFirst()
        .orElse(all.get(0));
  }

  /** Whether an input of this shape takes such images, be it [N, C, H, W] or [N, H, W, C]. */
  private static boolean takes(int[] shape, Preprocessing preprocessing) {
    if (shape.length != 4) {
      return true;
    }
    int height = shape[1] <= 3 ? 2 : 1;
    return (shape[height] == 0 || shape[height] == preprocessing.height())
        && (shape[height + 1] == 0 || shape[height + 1] == preprocessing.width());
  }

  private static void checkInput(FolderContents contents, GraphHeader header, Problems problems) {
    String named = contents.input();
    boolean there = header.inputs().stream().anyMatch(input -> input.getName().equals(named));
    if (named != null && !there) {
      problems.add(
          "%s model.input is '%s', which %s does not have (it has %s)"
              .formatted(
                  PlainFolder.FILE,
                  named,
                  contents.graphFile(),
                  TensorTypes.names(header.inputs())));
    }
  }

  private static String name(Path folder, ModelSettings settings, FolderContents contents) {
    if (settings.name() != null) {
      return settings.name();
    }
    if (contents.modelName() != null) {
      return contents.modelName();
    }
    String dir = dir(settings).replaceAll("/+$", "");
    String last = dir.substring(dir.lastIndexOf('/') + 1);
    Path absolute = folder.toAbsolutePath().normalize().getFileName();
    boolean isName = !last.isEmpty() && !last.equals(".") && !last.equals("..");
    return isName || absolute == null ? last : absolute.toString();
  }

  private static String dir(ModelSettings settings) {
    return Objects.requireNonNull(settings.dir());
  }
}
