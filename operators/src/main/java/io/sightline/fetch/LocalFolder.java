// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A folder on the local disk: one that lies there, or the copy of one on any other Flink file
 * system. A copy is made once in a JVM (once a class loader, where a job brings its own) for all
 * who acquire it with the same key; it is deleted when the last of them has closed it, and when the
 * JVM ends. Closing twice has no effect. Thread-safe.
 */
public final class LocalFolder implements AutoCloseable {

  private static final Map<Key, Copy> COPIES = new HashMap<>();

  private record Key(String dir, String key) {}

  private final Path path;
  private final @Nullable Copy copy;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalFolder(Path path, @Nullable Copy copy) {
    this.path = path;
    this.copy = copy;
  }

  /**
   * Brings a folder to the local disk, and blocks until it is there.
   *
   * @param dir a path on the local disk, or a URI of any Flink file system
   * @param key tells apart what may have different content: the fingerprint that is expected
   * @throws IOException where it can't be read or copied; a later call tries again
   */
  public static LocalFolder acquire(String dir, String key) throws IOException {
    Path local = localPath(dir);
    return local != null ? new LocalFolder(local, null) : acquireCopy(dir, key);
  }

  /** The folder; valid until it is closed. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    if (copy != null && closed.compareAndSet(false, true)) {
      copy.release();
    }
  }

  /** Null where the folder is not on the local file system. */
  private static @Nullable Path localPath(String dir) throws IOException {
    try {
      int colon = dir.indexOf(':');
      if (colon < 0 || dir.startsWith("/")) {
        return Path.of(dir);
      }
      if (dir.regionMatches(true, 0, "file:", 0, "file:".length())) {
        return Path.of(new org.apache.flink.core.fs.Path(dir).toUri().getPath());
      }
      return null;
    } catch (IllegalArgumentException e) {
      throw new IOException("the folder '" + dir + "' is not a path: " + e.getMessage(), e);
    }
  }

  private static LocalFolder acquireCopy(String dir, String key) throws IOException {
    while (true) {
      Copy copy;
      boolean mine;
      synchronized (COPIES) {
        Copy present = COPIES.get(new Key(dir, key));
        mine = present == null;
        copy = present == null ? new Copy(new Key(dir, key)) : present;
        copy.users++;
        COPIES.put(copy.key, copy);
      }
      if (mine) {
        copy.make();
      }
      try {
        return new LocalFolder(copy.folder.get(), copy);
      } catch (InterruptedException e) {
        copy.release();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while the folder '" + dir + "' is copied");
      } catch (ExecutionException e) {
        copy.release();
        if (mine || !copy.interrupted) {
          throw new IOException(
              "the folder '%s' can't be copied to the local disk: %s".formatted(dir, e.getCause()),
              e.getCause());
        }
        // Another task was cancelled while it copied for both: now it is ours to do.
      }
    }
  }

  /** One copy and its users. */
  private static final class Copy {

    private final Key key;
    private final CompletableFuture<Path> folder = new CompletableFuture<>();
    private volatile boolean interrupted;

    /** Guarded by COPIES. */
    private int users;

    Copy(Key key) {
      this.key = key;
    }

    /** Ends the future, one way or the other. */
    void make() {
      Path target = null;
      try {
        target = TemporaryFolders.create("sightline-folder-");
        FolderCopier.copy(key.dir, target);
        folder.complete(target);
      } catch (Throwable e) {
        interrupted = Thread.currentThread().isInterrupted();
        synchronized (COPIES) {
          // So that the next one tries anew.
          COPIES.remove(key, this);
        }
        if (target != null) {
          TemporaryFolders.delete(target);
        }
        folder.completeExceptionally(e);
      }
    }

    void release() {
      synchronized (COPIES) {
        users--;
        if (users > 0) {
          return;
        }
        COPIES.remove(key, this);
      }
      // Null where it was never made, or where its only user was interrupted while it waited.
      Path made = folder.isCompletedExceptionally() ? null : folder.getNow(null);
      if (made != null) {
        TemporaryFolders.delete(made);
      }
    }
  }
}
