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

  // A channel would be closed under a thread that is interrupted. The size is asked for only where
  // the file is larger than all before it: for a small image that takes as long as to decode it.
  @Override
  public Loaded load(ReadBuffer buffer) throws RejectedException {
    try (InputStream in = new FileInputStream(path.toFile())) {
      byte[] array = buffer.array();
      int length = 0;
      for (int read = in.read(array);
          read > 0;
          read = in.read(array, length, array.length - length)) {
        length += read;
        if (length > maxBytes) {
          throw tooLarge();
        }
        if (length == array.length) {
          array = buffer.grow(Math.min(Files.size(path), maxBytes));
        }
      }
      if (length == 0) {
        throw new RejectedException(Reason.EMPTY_CONTENT, "the file is empty");
      }
      return new Encoded(array, 0, length);
    } catch (IOException e) {
      throw rejection(e);
    }
  }

  private RejectedException tooLarge() throws IOException {
    return new RejectedException(
        Reason.TOO_LARGE,
        "%d bytes exceed fetch.max-bytes (%d)".formatted(Files.size(path), maxBytes));
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
