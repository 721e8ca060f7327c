// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.model.ScoreOutput.Activation;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder in the plain form: any ONNX graph, and {@code sightline.yml} that says what it takes and
 * gives. The format is described in the README.
 */
final class PlainFolder {

  static final String FILE = "sightline.yml";

  private static final String ONNX = ".onnx";
  private static final Set<String> ACTIVATIONS = Set.of("auto", "none", "softmax", "sigmoid");

  private final Path folder;
  private final YamlValue root;
  private final Map<String, YamlValue> sections;
  private final Problems problems;

  private PlainFolder(
      Path folder, YamlValue root, Map<String, YamlValue> sections, Problems problems) {
    this.folder = folder;
    this.root = root;
    this.sections = sections;
    this.problems = problems;
  }

  static boolean matches(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  /** Null after a problem that leaves no graph to look at. */
  static @Nullable FolderContents read(Path folder, Problems problems) throws IOException {
    YamlValue root = YamlValue.read(folder.resolve(FILE), problems);
    Map<String, YamlValue> sections = root == null ? null : root.fields();
    return root == null || sections == null
        ? null
        : new PlainFolder(folder, root, sections, problems).contents();
  }

  private @Nullable FolderContents contents() throws IOException {
    YamlValue.rejectUnknown(sections, Set.of("model", "preprocess", "labels", "labels-file"));
    YamlValue modelValue = YamlValue.given(sections, "model");
    Map<String, YamlValue> model = modelValue == null ? Map.of() : modelValue.fields();
    if (model == null) {
      model = Map.of();
    }
    YamlValue.rejectUnknown(model, Set.of("file", "name", "input", "output", "activation"));
    String graph = graph(YamlValue.given(model, "file"));
    String name = text(model, "name");
    String input = text(model, "input");
    String output = text(model, "output");
    Activation activation = activation(YamlValue.given(model, "activation"));
    YamlValue preprocess = YamlValue.given(sections, "preprocess");
    if (preprocess == null) {
      root.problem("has no preprocess");
    }
    Preprocessing preprocessing = preprocess == null ? null : PlainPreprocess.read(preprocess);
    List<String> labels = labels();
    if (graph == null) {
      return null;
    }
    return new FolderContents(
        graph,
        name,
        preprocessing == null ? List.of() : List.of(preprocessing),
        FILE + " preprocess",
        labels,
        sections.containsKey("labels") ? FILE + " labels" : FILE + " labels-file",
        input,
        output,
        activation,
        List.of());
  }

  private @Nullable String graph(@Nullable YamlValue value) throws IOException {
    if (value != null) {
      String file = value.text();
      return file == null || inside(value, file) == null ? null : file;
    }
    List<String> graphs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(file -> file.endsWith(ONNX))
          .sorted()
          .forEach(graphs::add);
    }
    if (graphs.size() != 1) {
      problems.add(
          graphs.isEmpty()
              ? "has no file that ends in " + ONNX
              : "has %d graphs, and %s does not say which (model.file): %s"
                  .formatted(graphs.size(), FILE, String.join(", ", graphs)));
      return null;
    }
    return graphs.get(0);
  }

  /** The named file, which must lie in the folder; null after a problem. */
  private @Nullable Path inside(YamlValue value, String name) {
    try {
      Path relative = Path.of(name).normalize();
      if (relative.isAbsolute() || relative.startsWith("..")) {
        value.problem("must be a file in the model's folder (got " + value.describe() + ")");
        return null;
      }
      Path file = folder.resolve(relative);
      if (!Files.isRegularFile(file)) {
        value.problem("is not there (got " + value.describe() + ")");
        return null;
      }
      return file;
    } catch (InvalidPathException e) {
      value.problem("is not a path (got " + value.describe() + ")");
      return null;
    }
  }

  /** Null where the graph decides, and after a problem. */
  private static @Nullable Activation activation(@Nullable YamlValue value) {
    String name = value == null ? "auto" : value.text();
    if (value == null || name == null) {
      return null;
    }
    if (!ACTIVATIONS.contains(name)) {
      value.problem("must be auto, none, softmax or sigmoid (got " + value.describe() + ")");
      return null;
    }
    return name.equals("auto") ? null : Activation.valueOf(name.toUpperCase(java.util.Locale.ROOT));
  }

  private @Nullable List<String> labels() {
    YamlValue labels = YamlValue.given(sections, "labels");
    YamlValue file = YamlValue.given(sections, "labels-file");
    if ((labels == null) == (file == null)) {
      root.problem("must have labels or labels-file" + (labels == null ? "" : ", not both"));
      return null;
    }
    return labels != null ? Labels.list(labels) : file == null ? null : lines(file);
  }

  /** A label a line; an empty line at the end is none. */
  private @Nullable List<String> lines(YamlValue value) {
    String name = value.text();
    Path file = name == null ? null : inside(value, name);
    if (file == null) {
      return null;
    }
    try {
      List<String> lines = Files.readAllLines(file).stream().map(String::strip).toList();
      int empty = lines.indexOf("");
      if (empty >= 0 || lines.isEmpty()) {
        problems.add(
            lines.isEmpty() ? name + " is empty" : "%s:%d is empty".formatted(name, empty + 1));
        return null;
      }
      if (lines.get(0).startsWith("\uFEFF")) {
        problems.add(name + " starts with a byte order mark: save it as UTF-8 without one");
        return null;
      }
      return lines;
    } catch (MalformedInputException e) {
      problems.add(name + " is not UTF-8 text");
    } catch (IOException e) {
      problems.add("%s can't be read: %s".formatted(name, e));
    }
    return null;
  }

  private static @Nullable String text(Map<String, YamlValue> fields, String key) {
    YamlValue value = YamlValue.given(fields, key);
    String text = value == null ? null : value.text();
    if (value != null && text != null && text.isBlank()) {
      value.problem("must not be blank");
      return null;
    }
    return text;
  }
}
