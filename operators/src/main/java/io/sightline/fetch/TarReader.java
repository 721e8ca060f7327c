// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/** A tar file, compressed by gzip or not. */
final class TarReader implements ArchiveReader {

  /** What headers of one entry may have: a long name is read into memory as a whole. */
  private static final long MAX_HEADER_BYTES = 1 << 20;

  /** What stands at the end of every tar, and is all of an empty one. */
  private static final long END_BYTES = 1024;

  private final Meter meter;
  private final TarArchiveInputStream tar;
  private @Nullable TarArchiveEntry entry;
  private boolean any;

  TarReader(InputStream in, boolean compressed, long maxUnpacked) throws IOException {
    // Parts that were compressed one by one follow each other.
    meter = new Meter(compressed ? new GzipCompressorInputStream(in, true) : in, maxUnpacked);
    tar = new TarArchiveInputStream(meter);
  }

  @Override
  public boolean next() throws IOException {
    if (entry != null) {
      skipRest();
    }
    meter.allow(MAX_HEADER_BYTES);
    try {
      entry = tar.getNextEntry();
    } catch (StackOverflowError e) { // each header that belongs to the next one is a call in a call
      throw new IOException("an entry has too many headers", e);
    }
    if (entry == null && !any && meter.read < END_BYTES) {
      throw new IOException("it is no tar file");
    }
    if (entry != null && !any && !entry.isCheckSumOK()) {
      throw new IOException("it is no tar file");
    }
    any = true;
    return entry != null;
  }

  /**
   * Leaves the content of the entry behind, so that what is read from now on is headers alone. How
   * much there is to skip is not what its header claims: of a folder, for example, nothing.
   */
  private void skipRest() throws IOException {
    meter.allow(Long.MAX_VALUE);
    long skipped;
    do {
      skipped = tar.skip(Long.MAX_VALUE);
    } while (skipped > 0);
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
    TarArchiveEntry current = current();
    return current.isFile()
        && !current.isLink()
        && !current.isSymbolicLink()
        && !current.isSparse()
        && !current.isFIFO()
        && !current.isCharacterDevice()
        && !current.isBlockDevice();
  }

  @Override
  public boolean isEncrypted() {
    return false;
  }

  @Override
  public long size() {
    return current().getSize();
  }

  @Override
  public boolean goesOn() {
    return false;
  }

  @Override
  public byte[] read(long maxBytes) throws IOException {
    meter.allow(Long.MAX_VALUE);
    byte[] bytes = tar.readNBytes((int) Math.min(maxBytes, Integer.MAX_VALUE - 8));
    if (bytes.length < Math.min(maxBytes, size())) {
      throw new IOException("it ends within " + name());
    }
    return bytes;
  }

  private TarArchiveEntry current() {
    return Objects.requireNonNull(entry, "no entry");
  }

  @Override
  public void close() {
    try {
      tar.close();
    } catch (IOException e) {
      // nothing was written
    }
  }

  /** Counts what is unpacked, and stops where it is too much. */
  private static final class Meter extends FilterInputStream {

    private final long maxUnpacked;
    private long read;
    private long allowed = MAX_HEADER_BYTES;

    Meter(InputStream in, long maxUnpacked) {
      super(in);
      this.maxUnpacked = maxUnpacked;
    }

    /** So many bytes may be read from now on. */
    void allow(long bytes) {
      allowed = bytes > Long.MAX_VALUE - read ? Long.MAX_VALUE : read + bytes;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = in.read(bytes, offset, length);
      count(Math.max(0, count));
      return count;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long count = in.skip(Math.min(bytes, 1 << 20));
      count(count);
      return count;
    }

    private void count(long bytes) throws IOException {
      read += bytes;
      if (read > maxUnpacked) {
        throw new UnpackedTooMuchException(maxUnpacked);
      }
      if (read > allowed) {
        throw new IOException(
            "an entry has more than %d bytes of header".formatted(MAX_HEADER_BYTES));
      }
    }
  }
}
