// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The images of a folder in a fixed order. A PaddleX dataset folder has a list {@code val.txt} (or
 * else {@code test.txt} or {@code train.txt}) whose lines are {@code path label}, the path relative
 * to the folder, the label a class id; of any other folder it is the files below it whose names end
 * as images' do, without labels. The first is the form of PaddleX's module for image
 * classification. Immutable.
 */
public final class ImageFolder {

  private static final List<String> LISTS = List.of("val.txt", "test.txt", "train.txt");
  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "jpe", "png", "webp", "bmp", "gif", "tif", "tiff", "heic", "avif");
  private static final int PROBLEMS_SHOWN = 10;

  private final List<LabelledImage> images;

  private ImageFolder(List<LabelledImage> images) {
    this.images = List.copyOf(images);
  }

  /**
   * Reads the list of a folder, or the folder itself. No image is opened.
   *
   * @throws InvalidFolderException where there is no image, or where lines of the list are wrong;
   *     it names them
   * @throws IOException where the folder can't be read
   */
  public static ImageFolder read(Path folder) throws IOException {
    Path root = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(root)) {
      throw new InvalidFolderException(folder + " is not a folder");
    }
    ImageFolder images = new ImageFolder(list(root));
    if (images.images.isEmpty()) {
      throw new InvalidFolderException("no image lies in " + folder);
    }
    return images;
  }

  /** The images in the order of the list, or of their names. */
  public List<LabelledImage> images() {
    return images;
  }

  private static List<LabelledImage> list(Path root) throws IOException {
    for (String name : LISTS) {
      Path list = root.resolve(name);
      if (Files.isRegularFile(list)) {
        return labelled(root, list);
      }
    }
    return unlabelled(root);
  }

  private static List<LabelledImage> labelled(Path root, Path list) throws IOException {
    List<LabelledImage> images = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(list)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          try {
            LabelledImage image = image(root, line.strip());
            if (!names.add(image.name())) {
              throw new IllegalArgumentException(image.name() + " stands in it twice");
            }
            images.add(image);
          } catch (IllegalArgumentException e) {
            problems.add("line %d: %s".formatted(number, e.getMessage()));
          }
        }
      }
    } catch (CharacterCodingException e) {
      throw new InvalidFolderException(list + " is not UTF-8 after line " + number);
    }
    if (!problems.isEmpty()) {
      int more = problems.size() - PROBLEMS_SHOWN;
      throw new InvalidFolderException(
          "%s has %d lines that are wrong:%n  %s%s"
              .formatted(
                  list,
                  problems.size(),
                  String.join(
                      "\n  ", problems.subList(0, Math.min(PROBLEMS_SHOWN, problems.size()))),
                  more > 0 ? "%n  and %d more".formatted(more) : ""));
    }
    return images;
  }

  /** Reads {@code path label}; the path may have spaces. */
  private static LabelledImage image(Path root, String line) {
    int end = Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t'));
    if (end < 0) {
      throw new IllegalArgumentException("\"" + line + "\" has no label: path, space, class id");
    }
    String label = line.substring(end + 1);
    int classId;
    try {
      classId = Integer.parseInt(label);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the label \"" + label + "\" is not a class id", e);
    }
    if (classId < 0) {
      throw new IllegalArgumentException("the class id " + classId + " is below 0");
    }
    Path file;
    try {
      file = root.resolve(line.substring(0, end).strip()).normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("the path is none: " + e.getReason(), e);
    }
    if (!file.startsWith(root) || file.equals(root)) {
      throw new IllegalArgumentException(
          "\"" + line.substring(0, end) + "\" does not lie in the folder");
    }
    return new LabelledImage(name(root, file), file, classId);
  }

  private static List<LabelledImage> unlabelled(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> hasEnding(file) && Files.isRegularFile(file))
          .sorted()
          .map(file -> new LabelledImage(name(root, file), file, null))
          .toList();
    }
  }

  private static boolean hasEnding(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  private static String name(Path root, Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
