// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file on the local disk.
 *
 * @param maxBytes of the largest file that is read
 */
record FileContent(Path path, int maxBytes) implements Content {

  // A channel would be closed under a thread that is interrupted: a stream is read.
  @Override
  public Loaded load(ReadBuffer buffer) throws RejectedException {
    try (InputStream in = new FileInputStream(path.toFile())) {
      long size = path.toFile().length();
      if (size > maxBytes) {
        throw new RejectedException(
            Reason.TOO_LARGE, "%d bytes exceed fetch.max-bytes (%d)".formatted(size, maxBytes));
      }
      byte[] array = buffer.withRoomFor((int) size);
      int length = in.readNBytes(array, 0, (int) size);
      if (length == 0) {
        throw new RejectedException(Reason.EMPTY_CONTENT, "the file is empty");
      }
      return new Encoded(array, 0, length);
    } catch (IOException e) {
      throw rejection(e);
    }
  }

  private RejectedException rejection(IOException e) {
    if (Files.notExists(path)) {
      return new RejectedException(Reason.NOT_FOUND, "the file does not exist");
    }
    if (!Files.isReadable(path)) {
      return new RejectedException(Reason.FORBIDDEN, "the file may not be read");
    }
    return new RejectedException(Reason.IO_ERROR, "the file can't be read: " + e.getMessage());
  }
}
