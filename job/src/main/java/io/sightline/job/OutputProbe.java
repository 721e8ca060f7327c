// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.SinkSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/** Writes one small file into the folder of a file sink, and deletes it. */
final class OutputProbe {

  private OutputProbe() {}

  /**
   * Writes and deletes.
   *
   * @return what was done
   * @throws IOException where one of the two failed, or a file sink can't be opened there
   */
  static String write(SinkSettings files) throws IOException {
    // A leading dot: Flink's own readers and most others pass over it.
    Path folder = new Path(files.path());
    Path probe = new Path(folder, ".sightline-check-" + UUID.randomUUID());
    FileSystem fileSystem = probe.getFileSystem();
    boolean created = !fileSystem.exists(folder);
    try {
      var unused = fileSystem.createRecoverableWriter();
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          "%s is on a file system to which Flink can't write exactly once: %s"
              .formatted(folder, e.getMessage()),
          e);
    }
    try (FSDataOutputStream out = fileSystem.create(probe, WriteMode.NO_OVERWRITE)) {
      out.write("sightline --check\n".getBytes(StandardCharsets.UTF_8));
    }
    if (!fileSystem.delete(probe, false)) {
      throw new IOException("The file " + probe + " was written and can't be deleted");
    }
    return "wrote and deleted " + probe + (created ? "; its folder was created" : "");
  }
}
