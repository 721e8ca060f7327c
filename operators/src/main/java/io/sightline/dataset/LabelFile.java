// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code label.txt} of a data set while it is read; its lines are {@code id name}. */
final class LabelFile {

  static final String NAME = "label.txt";

  private final Path file;
  private final Findings errors;
  private final Findings warnings;
  private final SortedMap<Integer, String> names = new TreeMap<>();
  private final Map<Integer, Integer> lineOf = new HashMap<>();

  private LabelFile(Path file, Findings errors, Findings warnings) {
    this.file = file;
    this.errors = errors;
    this.warnings = warnings;
  }

  /** The names of the classes by their ids; empty where the file has none that can be used. */
  static SortedMap<Integer, String> read(Path root, Findings errors, Findings warnings)
      throws IOException {
    LabelFile labels = new LabelFile(root.resolve(NAME), errors, warnings);
    if (Files.isRegularFile(labels.file)) {
      labels.read();
    } else {
      errors.add(
          "%s does not exist. Ensure that `label.txt` exist in %s".formatted(labels.file, root));
    }
    return labels.names;
  }

  private void read() throws IOException {
    List<String> lines;
    try {
      lines = TextLines.read(file);
    } catch (InvalidFolderException e) {
      errors.add(Objects.requireNonNull(e.getMessage()));
      return;
    }
    for (int i = 0; i < lines.size(); i++) {
      readLine(lines.get(i), i + 1);
    }
    if (lines.isEmpty()) {
      errors.add(file + " is empty: a line a class is needed, such as \"0 cat\"");
    } else if (!names.isEmpty()) {
      checkIds();
      checkNames();
    }
  }

  private void readLine(String line, int number) {
    String[] parts = line.split(" ", 2);
    int id;
    try {
      id = TextLines.parseInt(parts[0]);
    } catch (NumberFormatException e) {
      errors.add(wrongLines(), "line %d: \"%s\"".formatted(number, line));
      return;
    }
    if (parts.length < 2) {
      errors.add(wrongLines(), "line %d: \"%s\" has no name".formatted(number, line));
      return;
    }
    if (parts[1].isBlank()) {
      warnings.add("classes of %s have an empty name:".formatted(NAME), "line " + number);
    }
    Integer before = lineOf.put(id, number);
    if (before != null) {
      warnings.add(
          "ids stand twice in %s, and the last name counts:".formatted(NAME),
          "%d in line %d and in line %d".formatted(id, before, number));
    }
    names.put(id, parts[1]);
  }

  private String wrongLines() {
    return "Ensure that the first number in each line in %s should be int.".formatted(file);
  }

  private void checkIds() {
    if (names.firstKey() != 0) {
      errors.add(
          "Ensure that the index starts from 0 in `%s`.".formatted(file),
          "it starts from " + names.firstKey());
    }
    int next = 0;
    for (int id : names.keySet()) {
      if (id > next && next > 0) {
        warnings.add(
            "ids are left out in %s; they count as classes:".formatted(NAME),
            id == next + 1 ? "%d".formatted(next) : "%d to %d".formatted(next, id - 1));
      }
      next = Math.max(next, id + 1);
    }
  }

  private void checkNames() {
    Map<String, Integer> idOf = new HashMap<>();
    names.forEach(
        (id, name) -> {
          Integer other = idOf.putIfAbsent(name, id);
          if (other != null) {
            warnings.add(
                "classes of %s have the same name:".formatted(NAME),
                "\"%s\" is %d and %d".formatted(name, other, id));
          }
        });
  }
}
