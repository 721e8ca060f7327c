// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import io.sightline.reference.ClassLabels;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that has a folder for each class, named by a class id or a label name of the model, with
 * the images of that class below it: the form of torchvision's {@code ImageFolder}. Files that are
 * no images are passed over, and so are hidden files and folders at any depth.
 */
final class ClassFolders {

  private ClassFolders() {}

  /**
   * The images by the names of their folders, then by their own.
   *
   * @throws InvalidFolderException where folders are named after no class or have no image, or
   *     images lie in none
   */
  static List<LabelledImage> read(Path root, ClassLabels labels) throws IOException {
    List<LabelledImage> images = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Path entry : entries(root)) {
      String name = String.valueOf(entry.getFileName());
      if (name.startsWith(".")) {
        continue;
      }
      if (Files.isDirectory(entry)) {
        try {
          int before = images.size();
          add(root, entry, labels.classId(name), images);
          if (images.size() == before) {
            problems.add("folder %s: no image lies in it".formatted(name));
          }
        } catch (RejectedException e) {
          problems.add("folder %s: %s".formatted(name, e.detail()));
        }
      } else if (ImageFolder.hasEnding(entry)) {
        problems.add("image %s lies in no class's folder".formatted(name));
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidFolderException(
          "%s is not a folder a class, and has no list such as val.txt:%n  %s"
              .formatted(root, ImageFolder.shown(problems)));
    }
    return images;
  }

  private static List<Path> entries(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.sorted().toList();
    }
  }

  private static void add(Path root, Path folder, int classId, List<LabelledImage> images)
      throws IOException {
    for (Path file : FolderWalk.find(folder, ImageFolder::isImage)) {
      if (!isHidden(folder.relativize(file))) {
        images.add(new LabelledImage(ImageFolder.name(root, file), file, classId));
      }
    }
  }

  private static boolean isHidden(Path below) {
    for (Path part : below) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}
