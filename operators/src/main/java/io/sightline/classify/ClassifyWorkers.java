// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.batch.Batch;
import io.sightline.batch.BatchWindow;
import io.sightline.batch.BatchWindow.Row;
import io.sightline.decode.ImageDecoder;
import io.sightline.fetch.ImageBytes;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker threads of one slot. Each takes an image whose bytes are there, decodes it, writes it
 * into a row of the open batch, and runs the batch itself where that row was the last one it waited
 * for. An idle worker sleeps until there is work or the open batch is old enough to be sealed, so
 * that no thread only watches the clock. Thread-safe.
 *
 * <p>A batch that may not run yet, because {@code device.concurrent-runs} batches do, is run ahead
 * of decode work by the next worker that is free.
 */
final class ClassifyWorkers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClassifyWorkers.class);

  private final BatchWindow<InFlight> window;
  private final BatchRunner runner;
  private final Listener listener;
  private final Consumer<Throwable> onFailure;
  private final ClassifyMetrics.BusyRatio busy;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final ArrayDeque<InFlight> decodable = new ArrayDeque<>();
  private final ArrayDeque<Batch<InFlight>> ready = new ArrayDeque<>();
  private int runPermits;
  private boolean closed;

  /** Hears how images fare on the workers' threads. */
  interface Listener {

    /**
     * An image is in its row.
     *
     * @param startedNanos when a worker took it up
     * @param nanos that its decode and preprocessing took
     */
    void decoded(InFlight image, long startedNanos, long nanos);

    void rejected(InFlight image, RejectedException why);
  }

  /** What one worker needs to run batches; not thread-safe. */
  interface BatchRunner {

    /** Runs a batch and ends every image of it; throws where the session is broken. */
    void run(Batch<InFlight> batch, Classifier.Scores scores) throws Exception;

    Classifier.Scores newScores();
  }

  /**
   * Workers that are to be started.
   *
   * @param factory makes their threads
   * @param concurrentRuns batches that may run at once
   * @param onFailure told of whatever a worker can't go on from; called on its thread
   */
  ClassifyWorkers(
      ThreadFactory factory,
      int workers,
      int concurrentRuns,
      BatchWindow<InFlight> window,
      Supplier<ImageDecoder> decoders,
      BatchRunner runner,
      Listener listener,
      Consumer<Throwable> onFailure) {
    this.window = window;
    this.runner = runner;
    this.listener = listener;
    this.onFailure = onFailure;
    this.runPermits = concurrentRuns;
    this.busy = new ClassifyMetrics.BusyRatio(workers, System::nanoTime);
    for (int i = 0; i < workers; i++) {
      threads.add(factory.newThread(() -> work(decoders)));
    }
  }

  /** Makes the daemon threads of a slot. */
  static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-worker-" + count.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Starts the threads; to be called once.
   *
   * @throws OutOfMemoryError where the system has none left; {@link #close} ends those that run
   */
  void start() {
    threads.forEach(Thread::start);
  }

  ClassifyMetrics.BusyRatio busyRatio() {
    return busy;
  }

  /**
   * Hands over an image whose bytes are there; after {@link #close} only its bytes are released.
   */
  void submit(InFlight image) {
    lock.lock();
    try {
      if (!closed) {
        decodable.add(image);
        work.signal();
        return;
      }
    } finally {
      lock.unlock();
    }
    image.takeBytes().close();
  }

  private void work(Supplier<ImageDecoder> decoders) {
    try (ImageDecoder decoder = decoders.get()) {
      Worker worker = new Worker(decoder, runner.newScores());
      while (worker.workOnce()) {}
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable t) { // an Error must fail the task, never only this thread
      onFailure.accept(t);
    }
  }

  private final class Worker {

    private final ImageDecoder decoder;
    private final Classifier.Scores scores;
    private final Sha256 sha256 = new Sha256();

    /** Time within its work for which it waited. */
    private long waitedNanos;

    Worker(ImageDecoder decoder, Classifier.Scores scores) {
      this.decoder = decoder;
      this.scores = scores;
    }

    /** Waits for work and does one piece of it; false once the workers are closed. */
    boolean workOnce() throws Exception {
      Batch<InFlight> batch = null;
      InFlight image = null;
      lock.lock();
      try {
        while (batch == null && image == null) {
          if (closed) {
            return false;
          }
          // Ahead of decode work: images that are refused, or slow, would put it off for ever.
          Batch<InFlight> expired = window.sealExpired();
          if (expired != null) {
            ready.add(expired);
          }
          batch = pollRunnable();
          if (batch == null) {
            image = decodable.poll();
          }
          if (batch == null && image == null) {
            awaitWork();
          }
        }
      } finally {
        lock.unlock();
      }
      long started = System.nanoTime();
      waitedNanos = 0;
      try {
        if (batch != null) {
          run(batch);
        } else if (image != null) {
          decode(image);
        }
      } finally {
        busy.add(System.nanoTime() - started - waitedNanos);
      }
      return true;
    }

    @SuppressWarnings("WaitNotInLoop") // the caller loops
    private void awaitWork() throws InterruptedException {
      long nanos = window.nanosToDeadline();
      if (nanos == Long.MAX_VALUE) {
        work.await();
      } else {
        work.awaitNanos(Math.max(nanos, TimeUnit.MICROSECONDS.toNanos(50)));
      }
    }

    private void decode(InFlight image) throws Exception {
      long started = System.nanoTime();
      try (ImageBytes bytes = image.takeBytes()) {
        if (image.isEnded()) { // timed out while it waited
          return;
        }
        decode(bytes);
        String hash = sha256.hex(bytes.array(), bytes.offset(), bytes.length());
        image.decoded(InFlight.Decoded.of(decoder, hash));
      } catch (RejectedException e) {
        listener.rejected(image, e);
        return;
      }
      long nanos = System.nanoTime() - started;
      Row<InFlight> row = reserve(image);
      if (row == null) {
        return; // closed meanwhile
      }
      Batch<InFlight> batch = null;
      boolean written = false;
      long writing = System.nanoTime();
      try {
        decoder.writeTo(row.memory());
        nanos += System.nanoTime() - writing;
        written = true;
      } catch (RejectedException e) {
        listener.rejected(image, e);
      } finally {
        batch = written ? window.complete(row) : window.abandon(row);
      }
      if (written) {
        listener.decoded(image, started, nanos);
      }
      if (batch != null) {
        runOrLeave(batch);
      }
    }

    /** What the decoder stumbles over fails its image alone: the task would meet it again. */
    private void decode(ImageBytes bytes) throws RejectedException {
      try {
        decoder.decode(bytes.array(), bytes.offset(), bytes.length());
      } catch (RuntimeException e) {
        LOG.warn("An image is rejected because its decoder failed", e);
        throw new RejectedException(Reason.CORRUPT_IMAGE, "the decoder failed: " + e);
      }
    }

    /**
     * Reserves a row, and runs what is ready where no buffer is free. Only a limit on concurrent
     * runs can make it wait.
     */
    private @Nullable Row<InFlight> reserve(InFlight image) throws Exception {
      while (true) {
        Row<InFlight> row = window.reserve(image);
        Batch<InFlight> batch = null;
        lock.lock();
        try {
          if (row != null) {
            work.signal(); // a sleeper must learn of the new deadline
            return row;
          }
          if (closed) {
            return null;
          }
          batch = pollRunnable();
          if (batch == null) {
            long waiting = System.nanoTime();
            work.awaitNanos(TimeUnit.MILLISECONDS.toNanos(1));
            waitedNanos += System.nanoTime() - waiting;
          }
        } finally {
          lock.unlock();
        }
        if (batch != null) {
          run(batch);
        }
      }
    }

    private void runOrLeave(Batch<InFlight> batch) throws Exception {
      lock.lock();
      try {
        if (runPermits == 0) {
          ready.add(batch);
          return;
        }
        runPermits--;
      } finally {
        lock.unlock();
      }
      run(batch);
    }

    /** Runs a batch for which a permit was taken. */
    private void run(Batch<InFlight> batch) throws Exception {
      try {
        runner.run(batch, scores);
      } finally {
        window.release(batch);
        lock.lock();
        try {
          runPermits++;
          work.signalAll();
        } finally {
          lock.unlock();
        }
      }
    }

    /** A batch that may run now, its permit taken. The lock is held. */
    private @Nullable Batch<InFlight> pollRunnable() {
      if (runPermits == 0) {
        return null;
      }
      Batch<InFlight> batch = ready.poll();
      if (batch != null) {
        runPermits--;
      }
      return batch;
    }
  }

  /**
   * Ends the threads, waiting for batches that are running, and releases the bytes that wait.
   * Closing twice has no effect.
   */
  @Override
  public void close() {
    List<InFlight> left;
    lock.lock();
    try {
      closed = true;
      left = new ArrayList<>(decodable);
      decodable.clear();
      ready.clear();
      work.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(image -> image.takeBytes().close());
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive() && thread != Thread.currentThread()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // a session can't be interrupted, and nothing may be freed under it
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
