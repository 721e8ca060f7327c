// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import io.sightline.reference.ClassLabels;
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
    return notEmpty(folder, list(root(folder)));
  }

  private static Path root(Path folder) throws InvalidFolderException {
    Path root = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(root)) {
      throw new InvalidFolderException(folder + " is not a folder");
    }
    return root;
  }

  private static ImageFolder notEmpty(Path folder, List<LabelledImage> images)
      throws InvalidFolderException {
    if (images.isEmpty()) {
      throw new InvalidFolderException("no image lies in " + folder);
    }
    return new ImageFolder(images);
  }

  /**
   * Reads the labelled images of one split: of the list {@code <split>.txt}, or else of the folders
   * below {@code <split>} or below the folder itself, each of which is named after its class.
   *
   * @param labels of the model: what a class's folder may be named
   * @throws InvalidFolderException where there is no such split, where labels are none of the
   *     model's, or where a class's folder has no image; it names them
   * @throws IOException where the folder can't be read
   */
  public static ImageFolder readSplit(Path folder, String split, ClassLabels labels)
      throws IOException {
    Path root = root(folder);
    Path list = root.resolve(split + ".txt");
    List<LabelledImage> images;
    if (Files.isRegularFile(list)) {
      images = labelled(root, list);
      checkClassIds(list, images, labels);
    } else {
      List<String> lists = LISTS.stream().filter(name -> Files.exists(root.resolve(name))).toList();
      if (!lists.isEmpty()) {
        throw new InvalidFolderException(
            "%s has no list %s.txt; it has %s".formatted(folder, split, String.join(", ", lists)));
      }
      Path below = root.resolve(split);
      images = ClassFolders.read(Files.isDirectory(below) ? below : root, labels);
    }
    return notEmpty(folder, images);
  }

  private static void checkClassIds(Path list, List<LabelledImage> images, ClassLabels labels)
      throws InvalidFolderException {
    int classes = labels.names().size();
    List<String> wrong = new ArrayList<>();
    for (LabelledImage image : images) {
      Integer id = image.classId();
      if (id != null && id >= classes) {
        wrong.add("%s has the class id %d".formatted(image.name(), id));
      }
    }
    if (!wrong.isEmpty()) {
      throw new InvalidFolderException(
          "%s has %d labels that the model with its %d classes has not:%n  %s"
              .formatted(list, wrong.size(), classes, shown(wrong)));
    }
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
      throw new InvalidFolderException(
          "%s has %d lines that are wrong:%n  %s"
              .formatted(list, problems.size(), shown(problems)));
    }
    return images;
  }

  /** The first problems, a line each, and how many more there are. */
  static String shown(List<String> problems) {
    int more = problems.size() - PROBLEMS_SHOWN;
    return String.join("\n  ", problems.subList(0, Math.min(PROBLEMS_SHOWN, problems.size())))
        + (more > 0 ? "%n  and %d more".formatted(more) : "");
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
    return FolderWalk.find(root, ImageFolder::isImage).stream()
        .map(file -> new LabelledImage(name(root, file), file, null))
        .toList();
  }

  static boolean isImage(Path file) {
    return hasEnding(file) && Files.isRegularFile(file);
  }

  static boolean hasEnding(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  static String name(Path root, Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
