// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the lists of a data set: lines of UTF-8, ended as any system does. */
final class TextLines {

  private TextLines() {}

  /**
   * @throws InvalidFolderException where the file is not UTF-8, or starts with a byte order mark,
   *     which Python would take for a part of the first line
   */
  static List<String> read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new InvalidFolderException(file + " is not UTF-8: save it as UTF-8");
    }
    if (!lines.isEmpty() && lines.get(0).startsWith("\uFEFF")) {
      throw new InvalidFolderException(
          file + " starts with a byte order mark: save it as UTF-8 without one");
    }
    return lines;
  }

  /** A number as Python's {@code int} reads it from text, if it fits into 32 bits. */
  static int parseInt(String text) {
    return Integer.parseInt(text.strip());
  }
}
