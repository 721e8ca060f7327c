// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The predictions of one source, in its order. Workers take batches of frames one after the other,
 * and predict them at once; what is done waits for its turn in a window of batches.
 *
 * <p>A worker that finds the window full ends, and its thread is free: {@link #next} calls workers
 * anew. So nothing waits for a consumer that never comes back.
 *
 * <p>{@link #next} is for one thread at a time; the rest is thread-safe.
 */
final class PredictionRun implements AutoCloseable {

  /**
   * Frames that are under way or wait for their turn, at least. Only those under way hold memory.
   * Of the smallest images it is some 20 ms' worth: where workers take all cores, whoever waits for
   * predictions is not scheduled much sooner.
   */
  private static final int WINDOW_FRAMES = 256;

  /** The same for each worker where what waits holds its encoded image; but two batches. */
  private static final int HELD_FRAMES = 4;

  /**
   * Who waits is woken only so often, unless half the window is taken, and else looks by itself:
   * where an image takes less, waking up for each would cost a good part of it.
   */
  private static final long WAKE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final BatchPredictor predictor;
  private final int batchSize;
  private final FrameSource source;
  private final Executor threads;
  private final int workers;

  /** Held by the worker that takes frames, which may block. Taken before {@link #lock}. */
  private final ReentrantLock taking = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All that follows is guarded by lock.

  /** Batch b lies in place b modulo the length, from the end of its run until it is delivered. */
  private final @Nullable List<Prediction>[] window;

  private long taken;
  private long delivered;
  private int active;
  private int predicting;
  private boolean reading;
  private boolean ended;
  private boolean closed;
  private boolean sourceClosed;
  private long wokenNanos;
  private @Nullable Throwable failure;

  /** Predicts the frames of a batch on the calling thread. Thread-safe. */
  interface BatchPredictor {

    /** One prediction a frame, in their order; throws where the session is broken. */
    List<Prediction> predict(List<Frame> frames) throws Exception;
  }

  /**
   * @param batchSize frames of a batch, at most
   * @param threads runs workers, each on a thread of its own
   * @param workers that work at once, at most
   * @param holdImages whether predictions hold their encoded images, so that few may wait
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  PredictionRun(
      BatchPredictor predictor,
      int batchSize,
      FrameSource source,
      Executor threads,
      int workers,
      boolean holdImages) {
    this.predictor = predictor;
    this.batchSize = batchSize;
    this.source = source;
    this.threads = threads;
    this.workers = workers;
    this.wokenNanos = System.nanoTime() - WAKE_NANOS;
    int batches =
        holdImages
            ? Math.max(HELD_FRAMES / batchSize, 2) * workers
            : Math.max(WINDOW_FRAMES / batchSize, 4 * workers);
    this.window = new List[batches];
  }

  /**
   * The predictions of the next batch, and blocks until they are there.
   *
   * @return null after the last
   * @throws IllegalStateException where this was closed, or can't go on, with its cause
   */
  @Nullable List<Prediction> next() {
    lock.lock();
    try {
      while (true) {
        int place = place(delivered);
        List<Prediction> batch = window[place];
        if (batch != null && !closed) {
          window[place] = null;
          delivered++;
          callWorkers();
          return batch;
        }
        throwIfBroken();
        if (ended && taken == delivered) {
          return null;
        }
        callWorkers();
        await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void throwIfBroken() {
    Throwable cause = failure;
    if (cause != null && predicting == 0) { // else a batch may come yet whose turn is before
      throw new IllegalStateException("the predictions can't go on: " + cause.getMessage(), cause);
    }
    if (closed) {
      throw new IllegalStateException("the stream of predictions is closed");
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private void await() {
    try {
      if (System.nanoTime() - wokenNanos < WAKE_NANOS) {
        var unused = changed.awaitNanos(WAKE_NANOS);
      } else {
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a prediction was awaited", e);
    }
  }

  /** Calls a worker where there is room for half a window, or nobody works. */
  private void callWorkers() {
    int room = window.length - (int) (taken - delivered);
    if (active < workers && mayTake() && (active == 0 || 2 * room >= window.length)) {
      active++;
      try {
        threads.execute(this::work);
      } catch (RuntimeException | Error e) {
        active--;
        throw e;
      }
    }
  }

  private boolean mayTake() {
    return !ended && !closed && failure == null && taken - delivered < window.length;
  }

  private void work() {
    try {
      while (workOnce()) {}
    } catch (Throwable t) { // an Error must end the stream, never only this thread
      fail(t);
    }
  }

  /** Predicts one batch; false where this worker is no longer needed. */
  private boolean workOnce() throws Exception {
    List<Frame> frames;
    long batch;
    taking.lock();
    try {
      if (!enterReading()) {
        return false;
      }
      try {
        frames = take();
      } finally {
        leaveReading();
      }
      batch = begin(frames);
    } finally {
      taking.unlock();
    }
    if (batch < 0) {
      return false;
    }
    List<Prediction> predictions = null;
    try {
      predictions = predictor.predict(frames);
    } finally {
      end(batch, predictions);
    }
    return true;
  }

  private List<Frame> take() {
    List<Frame> frames = new ArrayList<>(batchSize);
    while (frames.size() < batchSize) {
      Frame frame = source.next();
      if (frame == null) {
        break;
      }
      frames.add(frame);
    }
    return frames;
  }

  private boolean enterReading() {
    lock.lock();
    try {
      if (!mayTake()) {
        active--;
        return false;
      }
      reading = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void leaveReading() {
    boolean mustClose;
    lock.lock();
    try {
      reading = false;
      mustClose = closed && !sourceClosed;
      sourceClosed |= mustClose;
    } finally {
      lock.unlock();
    }
    if (mustClose) { // close() could not while the source was read
      source.close();
    }
  }

  /** Number of the batch; -1 where there is none to predict. */
  private long begin(List<Frame> frames) {
    lock.lock();
    try {
      ended |= frames.size() < batchSize;
      if (frames.isEmpty() || closed || failure != null) {
        active--;
        changed.signalAll();
        return -1;
      }
      long batch = taken++;
      callWorkers(); // one calls the next, so that few images do not wake many threads
      predicting++;
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void end(long batch, @Nullable List<Prediction> predictions) {
    lock.lock();
    try {
      predicting--;
      if (predictions != null && !closed) {
        window[place(batch)] = predictions;
      }
      if (closed || failure != null) {
        changed.signalAll();
      } else if (window[place(delivered)] != null) {
        wake();
      }
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    long now = System.nanoTime();
    if (now - wokenNanos >= WAKE_NANOS || 2 * (taken - delivered) >= window.length) {
      wokenNanos = now;
      changed.signalAll();
    }
  }

  private int place(long batch) {
    return (int) (batch % window.length);
  }

  /**
   * Lets {@link #next} throw from where it has delivered what came before, of what is being
   * predicted too.
   */
  void fail(Throwable cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      } else if (failure != cause) {
        failure.addSuppressed(cause);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for batches that are being predicted, whose images may be their owner's, and closes the
   * source; or leaves that to the worker that reads from it just now. Closing twice has no effect.
   */
  @Override
  public void close() {
    boolean mustClose;
    lock.lock();
    try {
      closed = true;
      Arrays.fill(window, null);
      changed.signalAll();
      while (predicting > 0) {
        changed.awaitUninterruptibly();
      }
      mustClose = !reading && !sourceClosed;
      sourceClosed |= mustClose;
    } finally {
      lock.unlock();
    }
    if (mustClose) {
      source.close();
    }
  }
}
