// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Replaces lists in a folder by others, all or none, and keeps each old one as {@code .bak} unless
 * there is one already. A list is at every moment the old one or the new one, and whole.
 */
final class ListReplacement {

  private final Path root;
  private final List<String> names = new ArrayList<>();
  private final List<List<String>> contents = new ArrayList<>();

  ListReplacement(Path root) {
    this.root = root;
  }

  void add(String name, List<String> lines) {
    names.add(name);
    contents.add(List.copyOf(lines));
  }

  /**
   * Writes all lists beside the old ones, and then puts them in their places.
   *
   * @throws InvalidFolderException where a run that was killed has left them half replaced
   * @throws IOException where that fails; the lists and what there was of {@code .bak} are then as
   *     before
   */
  void run() throws IOException {
    requireWhole();
    List<Path> made = new ArrayList<>();
    List<String> replaced = new ArrayList<>();
    try {
      for (int i = 0; i < names.size(); i++) {
        made.add(added(i));
        write(added(i), contents.get(i));
      }
      for (String name : names) {
        if (Files.exists(list(name)) && !Files.exists(backup(name))) {
          made.add(backup(name));
          Files.copy(list(name), backup(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        made.add(old(name));
        Files.deleteIfExists(old(name)); // of a run that was killed
        if (Files.exists(list(name))) {
          Files.copy(list(name), old(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
      for (int i = 0; i < names.size(); i++) {
        move(added(i), list(names.get(i)));
        replaced.add(names.get(i));
      }
      for (String name : names) {
        Files.deleteIfExists(old(name));
      }
    } catch (IOException e) {
      undo(made, replaced, e);
      throw e;
    }
  }

  /** A list that a killed run has replaced lacks its new form, which a later list still has. */
  private void requireWhole() throws InvalidFolderException {
    boolean unfinished = false;
    for (int i = names.size() - 1; i >= 0; i--) {
      Path list = list(names.get(i));
      Path old = old(names.get(i));
      if (Files.exists(added(i))) {
        unfinished = true;
      } else if (unfinished && Files.exists(old)) {
        throw new InvalidFolderException(
            ("%1$s was replaced by a run that was killed, and the lists after it were not: images may"
                    + " stand in two lists or in none. Put it back (mv %2$s %1$s), or delete %2$s to"
                    + " take the lists as they are")
                .formatted(list, old));
      }
    }
  }

  private void undo(List<Path> made, List<String> replaced, IOException cause) {
    try {
      for (String name : replaced) {
        if (Files.exists(old(name))) {
          move(old(name), list(name));
        } else {
          Files.deleteIfExists(list(name));
        }
      }
      Collections.reverse(made); // else a kill here would look as one between two moves
      for (Path file : made) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static void write(Path file, List<String> lines) throws IOException {
    Files.write(file, lines);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path list(String name) {
    return root.resolve(name);
  }

  private Path backup(String name) {
    return root.resolve(name + ".bak");
  }

  private Path added(int i) {
    return root.resolve("." + names.get(i) + ".new");
  }

  private Path old(String name) {
    return root.resolve("." + name + ".old");
  }
}
