// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Temporary folders of this JVM; those that are left are deleted when it ends. Thread-safe. */
final class TemporaryFolders {

  private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolders.class);

  private static final Set<Path> FOLDERS = new HashSet<>();

  /** There only while there are folders: a hook holds its class loader. */
  private static @Nullable Thread hook;

  private TemporaryFolders() {}

  static Path create(String prefix) throws IOException {
    Path folder = Files.createTempDirectory(prefix);
    synchronized (FOLDERS) {
      FOLDERS.add(folder);
      if (hook == null) {
        Thread added = new Thread(TemporaryFolders::deleteAll, "sightline-temporary-folders");
        try {
          Runtime.getRuntime().addShutdownHook(added);
          hook = added;
        } catch (IllegalStateException e) {
          LOG.debug("The JVM is ending already", e);
        }
      }
    }
    return folder;
  }

  /** Deletes the folder with all in it; what can't be deleted is logged. */
  static void delete(Path folder) {
    deleteTree(folder);
    synchronized (FOLDERS) {
      FOLDERS.remove(folder);
      if (FOLDERS.isEmpty() && hook != null) {
        try {
          Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
          LOG.debug("The JVM is ending already", e);
        }
        hook = null;
      }
    }
  }

  private static void deleteAll() {
    List<Path> left;
    synchronized (FOLDERS) {
      left = List.copyOf(FOLDERS);
    }
    left.forEach(TemporaryFolders::deleteTree);
  }

  private static void deleteTree(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
                throws IOException {
              Files.delete(dir);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      LOG.warn("Temporary folder {} could not be deleted", folder, e);
    }
  }
}
