// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The entries of one archive in their order, whatever its format. Not thread-safe. */
interface ArchiveReader extends AutoCloseable {

  /**
   * Opens an archive; its first bytes say whether it is a zip, or compressed by gzip.
   *
   * @param maxUnpacked bytes that may be read from it in all
   */
  static ArchiveReader open(Path file, long maxUnpacked) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    boolean opened = false;
    try {
      in.mark(4);
      byte[] start = in.readNBytes(4);
      in.reset();
      if (isZip(start)) {
        return new ZipReader(file, maxUnpacked);
      }
      boolean compressed =
          start.length == 4 && (start[0] & 0xFF) == 0x1F && (start[1] & 0xFF) == 0x8B;
      ArchiveReader reader = new TarReader(in, compressed, maxUnpacked);
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        in.close();
      }
    }
  }

  /** By the signature of its first entry, its end or its first part: a tar may begin with "PK". */
  private static boolean isZip(byte[] start) {
    return start.length == 4
        && start[0] == 'P'
        && start[1] == 'K'
        && start[2] == start[3] - 1
        && (start[2] == 3 || start[2] == 5 || start[2] == 7);
  }

  /** Goes to the next entry; false after the last. */
  boolean next() throws IOException;

  /** Name of the entry, as the archive has it. */
  String name();

  boolean isFolder();

  /** Whether it is neither a folder, nor a link, nor anything else without content of its own. */
  boolean isFile();

  boolean isEncrypted();

  /** Bytes that the entry claims to have. */
  long size();

  /** Whether the next entry can be read where this one is broken. */
  boolean goesOn();

  /** The content of the entry, or its first bytes. */
  byte[] read(long maxBytes) throws IOException;

  @Override
  void close();
}
