// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.reference.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.jspecify.annotations.Nullable;

/**
 * Reads images from Flink's file systems. They block, so they have threads of their own; no thread
 * is held while an image waits for its share of the budget. Thread-safe.
 */
final class FileFetcher implements AutoCloseable {

  /** A read goes through a native buffer as large as itself: each thread keeps one for files. */
  private static final int READ_BYTES = 1 << 16;

  private final ReadThreads threads;
  private final int maxBytes;
  private final ByteBudget budget;
  private final ArrayPool arrays;
  private final LongConsumer fetched;

  FileFetcher(
      int threads,
      ThreadFactory factory,
      int maxBytes,
      ByteBudget budget,
      ArrayPool arrays,
      LongConsumer fetched) {
    this.threads = new ReadThreads(threads, factory, System::nanoTime);
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.arrays = arrays;
    this.fetched = fetched;
  }

  /** To be called once, before the first {@link #start}. */
  void startThreads() {
    threads.start();
  }

  void start(Fetch fetch, URI uri) {
    submit(fetch, uri, () -> lookUp(fetch, uri));
  }

  /** Sees to it that a read that hangs holds up no other; to be called now and then. */
  void tick() {
    threads.tick();
  }

  @Override
  public void close() {
    threads.close();
  }

  private interface Step {
    void run() throws IOException;
  }

  private interface Content {
    InputStream open() throws IOException;
  }

  /** What lies at a path; nothing of it is read yet. */
  private record Found(boolean isFolder, long length, Content content) {}

  /** A task that knows its thread. */
  private static final class Task extends FutureTask<Void> {

    private volatile @Nullable Thread runner;

    Task(Callable<Void> step) {
      super(step);
    }

    @Override
    public void run() {
      runner = Thread.currentThread();
      try {
        super.run();
      } finally {
        runner = null;
      }
    }

    void interrupt() {
      // A step that ends the fetch itself must not interrupt what is told about the end.
      if (runner != Thread.currentThread()) {
        cancel(true);
      }
    }
  }

  private void submit(Fetch fetch, URI uri, Step step) {
    Task task =
        new Task(
            () -> {
              if (!fetch.isDone()) {
                fetch.deadline().run();
                try {
                  step.run();
                } catch (Throwable e) {
                  FetchErrors.failed(fetch, uri.toString(), e);
                }
              }
              return null;
            });
    fetch.onFailure(task::interrupt);
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      fetch.result().cancel(false);
    }
  }

  private static Found find(URI uri) throws IOException {
    Path path = new Path(uri);
    FileSystem fileSystem = FileSystem.get(uri);
    if (fileSystem.getClass() == LocalFileSystem.class) { // a subclass may read in its own way
      Found file = findOn((LocalFileSystem) fileSystem, path);
      if (file != null) {
        return file;
      }
    }
    FileStatus status = fileSystem.getFileStatus(path);
    return new Found(status.isDir(), status.getLen(), () -> fileSystem.open(path));
  }

  /**
   * What lies at a path of the local disk, asked for once where Flink asks four times; null where
   * that fails, so that it is Flink who says why.
   */
  private static @Nullable Found findOn(LocalFileSystem disk, Path path) {
    try {
      java.nio.file.Path file = disk.pathToFile(path).toPath();
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Found(found.isDirectory(), found.size(), () -> Files.newInputStream(file));
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  private void lookUp(Fetch fetch, URI uri) throws IOException {
    Found file = find(uri);
    long length = file.length();
    if (file.isFolder()) {
      fetch.reject(Reason.NOT_FOUND, "is a folder, not a file");
    } else if (length == 0) {
      fetch.reject(Reason.EMPTY_CONTENT, "is empty");
    } else if (length > maxBytes) {
      fetch.reject(
          Reason.TOO_LARGE, "has %d bytes, fetch.max-bytes is %d".formatted(length, maxBytes));
    } else {
      CompletableFuture<ByteBudget.Lease> acquired = budget.acquire(length);
      ByteBudget.Lease atOnce = acquired.isCompletedExceptionally() ? null : acquired.getNow(null);
      if (atOnce != null) {
        fetch.own(atOnce);
        read(fetch, file, atOnce);
        return;
      }
      fetch.deadline().pause();
      fetch.cancelWith(acquired);
      Futures.whenDone(
          acquired,
          (lease, failure) -> {
            if (lease != null) {
              // A read that is given up may hold its array a little longer than its lease, until
              // its thread returns: fetch.threads bounds those.
              fetch.own(lease);
              submit(fetch, uri, () -> read(fetch, file, lease));
            }
          });
    }
  }

  private void read(Fetch fetch, Found file, ByteBudget.Lease lease) throws IOException {
    int length = (int) file.length();
    byte[] bytes =
        arrays.take(length); // given back by whoever closes them, and else left to the GC
    int count = 0;
    boolean more;
    try (InputStream in = file.content().open()) {
      int read = 0;
      while (count < length && read >= 0) {
        read = in.read(bytes, count, Math.min(READ_BYTES, length - count));
        count += Math.max(0, read);
      }
      more = count == length && in.read() >= 0;
    }
    if (count < length) {
      fetch.reject(
          Reason.INCOMPLETE, "had %d bytes, and %d when it was read".formatted(length, count));
    } else if (more) {
      fetch.reject(Reason.INCOMPLETE, "had %d bytes, and more when it was read".formatted(length));
    } else {
      fetched.accept(length);
      fetch.succeed(new LeasedBytes(bytes, 0, length, lease, arrays));
    }
  }
}
