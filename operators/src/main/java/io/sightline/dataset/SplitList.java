// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One split's list, {@code train.txt} and the like, read by PaddleX's rules: lines of path and
 * label with one space between, so that a path has none. Immutable.
 *
 * @param name of the split: {@code train}
 * @param lines of the list, good ones and others
 * @param images of the good lines in their order; the files are there
 */
record SplitList(String name, int lines, List<LabelledImage> images) {

  SplitList {
    images = List.copyOf(images);
  }

  static String fileName(String split) {
    return split + ".txt";
  }

  /**
   * Reads the list of a split, which is there.
   *
   * @param errors what breaks PaddleX's rules
   * @param warnings what PaddleX does not look at
   */
  static SplitList read(Path root, String split, Findings errors, Findings warnings)
      throws IOException {
    Path list = root.resolve(fileName(split));
    List<String> lines;
    try {
      lines = TextLines.read(list);
    } catch (InvalidFolderException e) {
      errors.add(Objects.requireNonNull(e.getMessage()));
      return new SplitList(split, 0, List.of());
    }
    if (lines.isEmpty()) {
      warnings.add(fileName(split) + " is empty");
    }
    List<LabelledImage> images = new ArrayList<>();
    Map<String, Integer> lineOf = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      int number = i + 1;
      LabelledImage image = read(root, list, lines.get(i), number, errors, warnings);
      if (image != null) {
        images.add(image);
        Integer before = lineOf.put(image.name(), number);
        if (before != null) {
          warnings.add(
              "images stand twice in %s:".formatted(fileName(split)),
              "%s in line %d and in line %d".formatted(image.name(), before, number));
        }
      }
    }
    return new SplitList(split, lines.size(), images);
  }

  private static @Nullable LabelledImage read(
      Path root, Path list, String line, int number, Findings errors, Findings warnings) {
    String[] parts = line.split(" ", -1);
    if (parts.length != 2) {
      errors.add(
          "The number of delimiter-separated items in each row in %s should be 2 (current delimiter is ' ')."
              .formatted(list),
          "line %d: \"%s\" has %d".formatted(number, line, parts.length));
      return null;
    }
    int classId;
    try {
      classId = TextLines.parseInt(parts[1]);
    } catch (NumberFormatException e) {
      errors.add(
          "Ensure that the second number in each line in %s should be int.".formatted(list),
          "line %d: \"%s\"".formatted(number, line));
      return null;
    }
    Path file;
    try {
      file = root.resolve(parts[0]).normalize();
    } catch (InvalidPathException e) {
      errors.add(missing(list), "line %d: %s".formatted(number, e.getReason()));
      return null;
    }
    if (!Files.exists(file)) {
      errors.add(missing(list), "line %d: %s does not exist.".formatted(number, file));
      return null;
    }
    if (!file.startsWith(root)) {
      warnings.add(
          "images of %s do not lie in the folder of the data set:".formatted(list.getFileName()),
          "line %d: %s".formatted(number, parts[0]));
    }
    return new LabelledImage(parts[0], file, classId);
  }

  private static String missing(Path list) {
    return "images of %s are not there:".formatted(list);
  }
}
