// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Reads image files in parallel, each once: its hash, and whether it can be used. */
final class ImageScan {

  private static final Duration BETWEEN_PROGRESS = Duration.ofSeconds(1);

  private final ImageCheck check;
  private final long maxBytes;
  private final CheckProgress progress;

  /**
   * @param maxBytes of a file; a larger one is not read
   */
  ImageScan(ImageCheck check, long maxBytes, CheckProgress progress) {
    this.check = check;
    this.maxBytes = maxBytes;
    this.progress = progress;
  }

  /**
   * What was seen of one file.
   *
   * @param sha256 of its bytes; null where they were not read
   * @param problem why it can't be used; null where it can
   */
  record Seen(@Nullable ByteBuffer sha256, @Nullable String problem) {}

  /**
   * Looks at files with {@code workers} threads, and returns what was seen of each. An {@link
   * Error} of the check ends the scan.
   */
  Map<Path, Seen> run(Collection<Path> files, int workers)
      throws InterruptedException, ExecutionException {
    List<Path> order = List.copyOf(files);
    Map<Path, Seen> seen = new ConcurrentHashMap<>();
    AtomicInteger next = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            workers,
            task -> {
              Thread thread = new Thread(task, "check-dataset");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        running.add(
            threads.submit(
                () -> {
                  for (int at = next.getAndIncrement();
                      at < order.size() && !Thread.interrupted();
                      at = next.getAndIncrement()) {
                    seen.put(order.get(at), look(order.get(at)));
                  }
                }));
      }
      for (Future<?> worker : running) {
        await(worker, seen, order.size());
      }
    } finally {
      threads.shutdownNow();
    }
    progress.checked(seen.size(), order.size());
    return seen;
  }

  private void await(Future<?> worker, Map<Path, Seen> seen, int of)
      throws InterruptedException, ExecutionException {
    while (true) {
      try {
        worker.get(BETWEEN_PROGRESS.toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        progress.checked(seen.size(), of);
      }
    }
  }

  private Seen look(Path file) {
    byte[] bytes;
    try {
      if (!Files.isRegularFile(file)) {
        return new Seen(null, "it is no file");
      }
      long size = Files.size(file);
      if (size > maxBytes) {
        return new Seen(null, "its %d bytes exceed %d".formatted(size, maxBytes));
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      return new Seen(null, "it can't be read: " + e);
    }
    ByteBuffer sha256 = ByteBuffer.wrap(sha256(bytes));
    try {
      check.check(bytes);
      return new Seen(sha256, null);
    } catch (RejectedException e) {
      return new Seen(sha256, e.detail());
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
