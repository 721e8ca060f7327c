// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names that a PaddleX dataset folder gives its classes in {@code label.txt}, whose lines are
 * {@code id name}. Immutable.
 *
 * @param names by class id
 */
record DatasetNames(Map<Integer, String> names) {

  static final String FILE = "label.txt";

  private static final Pattern LINE = Pattern.compile("\\s*(\\d{1,9})\\s+(.*\\S)\\s*");

  DatasetNames {
    names = Map.copyOf(names);
  }

  /**
   * Reads the file.
   *
   * @return null where there is none, or none of this form
   */
  static @Nullable DatasetNames read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    Map<Integer, String> names = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        Matcher matcher = LINE.matcher(line);
        if (matcher.matches()) {
          names.put(Integer.valueOf(matcher.group(1)), matcher.group(2));
        } else if (!line.isBlank()) {
          return null;
        }
      }
    } catch (CharacterCodingException e) {
      return null;
    }
    return names.isEmpty() ? null : new DatasetNames(names);
  }

  /** Whether each class has the name that the model gives it. */
  boolean agreeWith(List<String> labels) {
    return differing(labels) == 0;
  }

  /** Classes that have another name than the model gives them. */
  int differing(List<String> labels) {
    return (int)
        names.entrySet().stream()
            .filter(
                named ->
                    named.getKey() >= labels.size()
                        || !labels.get(named.getKey()).equals(named.getValue()))
            .count();
  }
}
