// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;

/** Copies a folder of a Flink file system, with all below it, into an empty local one. */
final class FolderCopier {

  private static final int MAX_ENTRIES = 10_000;
  private static final int MAX_NESTING = 8;
  private static final int MAX_NAME = 200;
  private static final int BUFFER_BYTES = 1 << 20;

  private final FileSystem fileSystem;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int entries;

  private FolderCopier(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  static void copy(String dir, Path target) throws IOException {
    org.apache.flink.core.fs.Path source = new org.apache.flink.core.fs.Path(dir);
    FileSystem fileSystem = FileSystem.get(source.toUri());
    if (!fileSystem.getFileStatus(source).isDir()) {
      throw new IOException(dir + " is not a folder");
    }
    new FolderCopier(fileSystem).folder(source, target, 0);
  }

  private void folder(org.apache.flink.core.fs.Path source, Path target, int nesting)
      throws IOException {
    if (nesting > MAX_NESTING) {
      throw new IOException("%s is nested deeper than %d folders".formatted(source, MAX_NESTING));
    }
    FileStatus[] children = fileSystem.listStatus(source);
    if (children == null) {
      throw new FileNotFoundException(source + " does not exist");
    }
    for (FileStatus child : children) {
      if (++entries > MAX_ENTRIES) {
        throw new IOException("it has more than %d files and folders".formatted(MAX_ENTRIES));
      }
      Path copy = target.resolve(checkedName(child.getPath()));
      if (child.isDir()) {
        Files.createDirectory(copy);
        folder(child.getPath(), copy, nesting + 1);
      } else {
        file(child, copy);
      }
    }
  }

  private void file(FileStatus source, Path target) throws IOException {
    long count = 0;
    try (InputStream in = fileSystem.open(source.getPath());
        OutputStream out = Files.newOutputStream(target)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted");
        }
        out.write(buffer, 0, read);
        count += read;
      }
    }
    if (count != source.getLen()) {
      throw new IOException(
          "%s had %d bytes, and %d when it was copied"
              .formatted(source.getPath(), source.getLen(), count));
    }
  }

  /** Object stores allow names that would leave the target. */
  private static String checkedName(org.apache.flink.core.fs.Path path) throws IOException {
    String name = path.getName();
    boolean plain =
        !name.isBlank()
            && name.length() <= MAX_NAME
            && !name.equals(".")
            && !name.equals("..")
            && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    if (!plain) {
      throw new IOException(
          "it has an entry whose name is not plain, at most " + MAX_NAME + " long");
    }
    return name;
  }
}
