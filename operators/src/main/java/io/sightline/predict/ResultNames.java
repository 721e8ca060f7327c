// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of the files that results are saved in, none given twice. They are PaddleX's, the last part
 * of the input's path without its ending, and the page; the second of one name becomes {@code
 * name-2}, and so on. So they depend on the order in which they are asked for. Thread-safe.
 */
final class ResultNames {

  /** Name of an image that has no path. */
  private static final String NAMELESS = "image";

  private static final int FIRST_NUMBER = 2;

  /** Longest name in bytes of UTF-8; with what is added it stays below Linux's 255. */
  private static final int MAX_BYTES = 200;

  /** Each name that was given, and the number that its next one is tried with. */
  private final Map<String, Integer> taken = new HashMap<>();

  /**
   * A name that was not given before.
   *
   * @param inputPath a path, or a URI; null where the image came from memory
   */
  synchronized String next(@Nullable String inputPath, @Nullable Integer pageIndex) {
    String stem = inputPath == null ? NAMELESS : stem(fileName(inputPath));
    String name = pageIndex == null ? stem : stem + "_" + pageIndex;
    Integer number = taken.putIfAbsent(name, FIRST_NUMBER);
    if (number == null) {
      return name;
    }
    int next = number;
    String free;
    do {
      free = name + "-" + next++;
    } while (taken.putIfAbsent(free, FIRST_NUMBER) != null);
    taken.put(name, next);
    return free;
  }

  /** The last part of a path, or of a URI's path. */
  static String fileName(String inputPath) {
    String path = inputPath;
    if (path.contains("://")) {
      path = path.replaceFirst("[?#].*", "");
    }
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Where the ending of a file name begins, as Python's {@code pathlib} has it. */
  private static int endOfStem(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot <= 0 || dot == fileName.length() - 1 ? fileName.length() : dot;
  }

  /** The ending of a file name with its dot; empty where it has none. */
  static String ending(String fileName) {
    return fileName.substring(endOfStem(fileName));
  }

  private static String stem(String fileName) {
    String stem = fileName.substring(0, endOfStem(fileName));
    while (stem.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
    }
    return stem.isEmpty() || stem.equals(".") || stem.equals("..") ? NAMELESS : stem;
  }
}
