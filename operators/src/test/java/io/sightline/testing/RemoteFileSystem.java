// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * A Flink file system that is not local, {@code remote:///path}: it reads the local files, counts,
 * and fails on request. The faults go by the file's name; see {@link Fault}.
 */
public final class RemoteFileSystem extends FileSystem {

  /** What happens with a file of that name. */
  public enum Fault {
    /** It may not be read. */
    DENIED,
    /** Its length is said to be one more than it is. */
    SHRUNK,
    /** Its length is said to be one less than it is. */
    GROWN,
    /** Opening it throws an unchecked exception. */
    UNCHECKED,
    /** Opening it throws an Error. */
    ERROR,
    /** Opening it blocks until it is interrupted. */
    HANGS
  }

  public static final Map<String, Fault> FAULTS = new ConcurrentHashMap<>();
  public static final AtomicInteger OPENED = new AtomicInteger();
  public static final AtomicInteger INTERRUPTED = new AtomicInteger();

  private final LocalFileSystem local = new LocalFileSystem();

  /** Makes it known to Flink, by a service file. */
  public static final class Factory implements FileSystemFactory {

    @Override
    public String getScheme() {
      return "remote";
    }

    @Override
    public FileSystem create(URI uri) {
      return new RemoteFileSystem();
    }
  }

  /** The URI under which this file system has a local file or folder. */
  public static String uri(Path file) {
    return file.toUri().toString().replaceFirst("^file:/+", "remote:///");
  }

  public static void reset() {
    FAULTS.clear();
    OPENED.set(0);
    INTERRUPTED.set(0);
  }

  @Override
  public FileStatus getFileStatus(org.apache.flink.core.fs.Path path) throws IOException {
    Path file = Path.of(path.getPath());
    if (!Files.exists(file)) {
      throw new FileNotFoundException("no such key: " + path);
    }
    Fault fault = FAULTS.get(path.getName());
    long length = Files.size(file);
    if (fault == Fault.SHRUNK) {
      length++;
    } else if (fault == Fault.GROWN) {
      length--;
    }
    return new Status(path, Files.isDirectory(file), length);
  }

  @Override
  public FileStatus[] listStatus(org.apache.flink.core.fs.Path path) throws IOException {
    FileStatus[] children = local.listStatus(path);
    FileStatus[] statuses = new FileStatus[children.length];
    for (int i = 0; i < children.length; i++) {
      statuses[i] =
          getFileStatus(new org.apache.flink.core.fs.Path(path, children[i].getPath().getName()));
    }
    Arrays.sort(statuses, (a, b) -> a.getPath().compareTo(b.getPath()));
    return statuses;
  }

  @Override
  public FSDataInputStream open(org.apache.flink.core.fs.Path path) throws IOException {
    OPENED.incrementAndGet();
    Fault fault = FAULTS.get(path.getName());
    if (fault != null) {
      switch (fault) {
        case DENIED -> throw new AccessDeniedException(path.toString());
        case UNCHECKED -> throw new IllegalStateException("503 Slow Down: " + path.toUri());
        case ERROR -> throw new NoSuchMethodError("wrong plugin");
        case HANGS -> hang();
        default -> {}
      }
    }
    return local.open(path);
  }

  private static void hang() throws IOException {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      INTERRUPTED.incrementAndGet();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public FSDataInputStream open(org.apache.flink.core.fs.Path path, int bufferSize)
      throws IOException {
    return open(path);
  }

  @Override
  public org.apache.flink.core.fs.Path getWorkingDirectory() {
    return new org.apache.flink.core.fs.Path("remote:///");
  }

  @Override
  public org.apache.flink.core.fs.Path getHomeDirectory() {
    return getWorkingDirectory();
  }

  @Override
  public URI getUri() {
    return URI.create("remote:///");
  }

  @Override
  public boolean isDistributedFS() {
    return true;
  }

  @Override
  public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length) {
    return new BlockLocation[0];
  }

  @Override
  public boolean delete(org.apache.flink.core.fs.Path path, boolean recursive) {
    throw new UnsupportedOperationException("read-only");
  }

  @Override
  public boolean mkdirs(org.apache.flink.core.fs.Path path) {
    throw new UnsupportedOperationException("read-only");
  }

  @Override
  public FSDataOutputStream create(org.apache.flink.core.fs.Path path, WriteMode mode) {
    throw new UnsupportedOperationException("read-only");
  }

  @Override
  public boolean rename(org.apache.flink.core.fs.Path from, org.apache.flink.core.fs.Path to) {
    throw new UnsupportedOperationException("read-only");
  }

  private record Status(org.apache.flink.core.fs.Path path, boolean dir, long length)
      implements FileStatus {

    @Override
    public long getLen() {
      return length;
    }

    @Override
    public boolean isDir() {
      return dir;
    }

    @Override
    public org.apache.flink.core.fs.Path getPath() {
      return path;
    }

    @Override
    public long getBlockSize() {
      return length;
    }

    @Override
    public short getReplication() {
      return 1;
    }

    @Override
    public long getModificationTime() {
      return 0;
    }

    @Override
    public long getAccessTime() {
      return 0;
    }
  }
}
