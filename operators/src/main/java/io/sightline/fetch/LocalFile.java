// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A small file on the local disk: one that lies there, or a copy of one on any other Flink file
 * system, which is deleted when it is closed.
 */
public final class LocalFile implements AutoCloseable {

  private static final int MAX_BYTES = 64 << 20;

  private final Path path;
  private final @Nullable Path copy;

  private LocalFile(Path path, @Nullable Path copy) {
    this.path = path;
    this.copy = copy;
  }

  /**
   * Brings a file to the local disk under its own name.
   *
   * @param file a path on the local disk, or a URI of any Flink file system
   * @throws IOException where it can't be read or copied, or is larger than 64 MB
   */
  public static LocalFile acquire(String file) throws IOException {
    if (file.indexOf(':') < 0) {
      Path local = Path.of(file);
      if (!Files.isRegularFile(local)) {
        throw new FileNotFoundException(
            Files.exists(local) ? "it is not a file" : "it does not exist");
      }
      return new LocalFile(local, null);
    }
    org.apache.flink.core.fs.Path source = new org.apache.flink.core.fs.Path(file);
    Path folder = TemporaryFolders.create("sightline-file-");
    try (InputStream in = source.getFileSystem().open(source)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("it is larger than " + MAX_BYTES + " bytes");
      }
      String name = source.getName().endsWith(".json") ? "file.json" : "file.yml";
      return new LocalFile(Files.write(folder.resolve(name), bytes), folder);
    } catch (IOException | RuntimeException e) {
      TemporaryFolders.delete(folder);
      throw e;
    }
  }

  /** The file; valid until it is closed. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    if (copy != null) {
      TemporaryFolders.delete(copy);
    }
  }
}
