// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Objects;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** A zip file, by the directory at its end. */
final class ZipReader implements ArchiveReader {

  private final ZipFile zip;
  private final Enumeration<ZipArchiveEntry> entries;
  private final long maxUnpacked;
  private @Nullable ZipArchiveEntry entry;
  private long unpacked;

  ZipReader(Path file, long maxUnpacked) throws IOException {
    this.zip = ZipFile.builder().setPath(file).get();
    this.entries = zip.getEntriesInPhysicalOrder();
    this.maxUnpacked = maxUnpacked;
  }

  @Override
  public boolean next() {
    entry = entries.hasMoreElements() ? entries.nextElement() : null;
    return entry != null;
  }

  @Override
  public String name() {
    return current().getName();
  }

  @Override
  public boolean isFolder() {
    return current().isDirectory();
  }

  @Override
  public boolean isFile() {
    return !current().isUnixSymlink();
  }

  @Override
  public boolean isEncrypted() {
    return current().getGeneralPurposeBit().usesEncryption();
  }

  @Override
  public long size() {
    return current().getSize();
  }

  @Override
  public boolean goesOn() {
    return true;
  }

  @Override
  public byte[] read(long maxBytes) throws IOException {
    try (InputStream in = zip.getInputStream(current())) {
      byte[] bytes = in.readNBytes((int) Math.min(maxBytes, Integer.MAX_VALUE - 8));
      unpacked += bytes.length;
      if (unpacked > maxUnpacked) {
        throw new UnpackedTooMuchException(maxUnpacked);
      }
      if (bytes.length < maxBytes) {
        requireWhole(bytes);
      }
      return bytes;
    }
  }

  private void requireWhole(byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    if (bytes.length != current().getSize() || crc.getValue() != current().getCrc()) {
      throw new IOException("its checksum or size is not what the archive says");
    }
  }

  private ZipArchiveEntry current() {
    return Objects.requireNonNull(entry, "no entry");
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      // nothing was written
    }
  }
}
