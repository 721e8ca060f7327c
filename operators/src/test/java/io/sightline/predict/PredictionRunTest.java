// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sightline.classify.TopK;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.predict.PredictionRun.BatchPredictor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order, the bounds and the ends of a stream, with predictions that are made up. */
@Timeout(30)
class PredictionRunTest {

  private static final PredictionContext CONTEXT =
      new PredictionContext(
          DecodeSettings.upTo(100),
          new Preprocessing(null, Crop.of(1, 1), Channels.GRAY, 1, List.of(0.0), List.of(1.0)),
          new ResultNames());
  private static final BatchPredictor AT_ONCE = PredictionRunTest::predictions;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>());

  @AfterEach
  void endThreads() {
    threads.shutdown();
  }

  @ParameterizedTest
  @CsvSource({"1,1,100", "4,1,1000", "4,7,1000", "3,32,96", "2,8,3", "2,1,0", "5,7,700"})
  void everyFrameIsPredictedOnceAndInOrder(int workers, int batchSize, int frames) {
    Frames source = new Frames(frames);
    PredictionRun run = new PredictionRun(AT_ONCE, batchSize, source, threads, workers, false);
    assertThat(rest(run)).isEqualTo(paths(frames));
    assertThat(run.next()).isNull();
    assertThat(source.closed.get()).isZero();
    run.close();
    run.close();
    assertThat(source.closed.get()).isOne();
  }

  @Test
  void aBatchThatTakesLongHoldsBackThoseBehindIt() throws Exception {
    CountDownLatch othersAreDone = new CountDownLatch(20);
    BatchPredictor firstLast =
        frames -> {
          if (frames.get(0).inputPath().equals("0")) {
            othersAreDone.await();
          }
          othersAreDone.countDown();
          return predictions(frames);
        };
    try (PredictionRun run = new PredictionRun(firstLast, 2, new Frames(100), threads, 2, false)) {
      assertThat(rest(run)).isEqualTo(paths(100));
    }
  }

  @ParameterizedTest
  @CsvSource({"2,1", "3,8", "2,100"})
  void aStreamThatIsNotPulledTakesAWindowAndHoldsNoThread(int workers, int batchSize) {
    Frames source = new Frames(1_000_000);
    PredictionRun run = new PredictionRun(AT_ONCE, batchSize, source, threads, workers, false);
    assertThat(source.taken.get()).isZero();
    assertThat(run.next()).hasSize(batchSize);
    await().until(() -> threads.getActiveCount() == 0);
    int ahead = source.taken.get();
    assertThat(ahead).isBetween(batchSize, batchSize + Math.max(256, 4 * workers * batchSize));

    // Pulled again, it goes on.
    for (int i = 0; i < 200; i++) {
      assertThat(run.next()).hasSize(batchSize);
    }
    await().until(() -> threads.getActiveCount() == 0);
    assertThat(source.taken.get()).isLessThanOrEqualTo(ahead + 200 * batchSize);
    run.close();
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "2,2", "3,8"})
  void whereImagesAreHeldAFewAWorkerAreTakenAheadAndAllComeInOrder(int workers, int batchSize) {
    Frames source = new Frames(1000 * batchSize);
    try (PredictionRun run =
        new PredictionRun(AT_ONCE, batchSize, source, threads, workers, true)) {
      assertThat(run.next()).hasSize(batchSize);
      await().until(() -> threads.getActiveCount() == 0);
      assertThat(source.taken.get())
          .isBetween(batchSize, batchSize + workers * Math.max(4, 2 * batchSize));

      List<String> all = paths(1000 * batchSize);
      assertThat(rest(run)).isEqualTo(all.subList(batchSize, all.size()));
    }
  }

  @Test
  void onlyAsManyWorkAtOnceAsThereAreWorkers() {
    AtomicInteger working = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    BatchPredictor counting =
        frames -> {
          most.accumulateAndGet(working.incrementAndGet(), Math::max);
          working.decrementAndGet();
          return predictions(frames);
        };
    try (PredictionRun run = new PredictionRun(counting, 1, new Frames(2000), threads, 3, false)) {
      assertThat(rest(run)).hasSize(2000);
    }
    assertThat(most.get()).isBetween(1, 3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFailureOfAWorkerEndsTheStreamWithItsCause(boolean error) {
    Throwable cause = error ? new OutOfMemoryError("native") : new Exception("the session broke");
    BatchPredictor failing =
        frames -> {
          if (frames.get(0).inputPath().equals("40")) {
            if (cause instanceof Error e) {
              throw e;
            }
            throw (Exception) cause;
          }
          return predictions(frames);
        };
    Frames source = new Frames(1_000_000);
    try (PredictionRun run = new PredictionRun(failing, 4, source, threads, 3, false)) {
      assertThatThrownBy(() -> rest(run))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the predictions can't go on: " + cause.getMessage())
          .hasCause(cause);
      assertThatThrownBy(run::next).hasCause(cause);
    }
    await().until(() -> threads.getActiveCount() == 0); // the one that reads closes the source
    assertThat(source.closed.get()).isOne();
  }

  /** It threw while the first was under way, and came to life again when that was done. */
  @Test
  void aStreamThatFailedDeliversWhatIsBeingPredictedAndFailsForGood() throws Exception {
    CountDownLatch predictingTheFirst = new CountDownLatch(1);
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    BatchPredictor failing =
        frames -> {
          if (frames.get(0).inputPath().equals("0")) {
            predictingTheFirst.countDown();
            go.await();
            return predictions(frames);
          }
          predictingTheFirst.await();
          failed.countDown();
          throw new IllegalStateException("the session broke");
        };
    try (PredictionRun run = new PredictionRun(failing, 1, new Frames(100), threads, 2, false)) {
      Future<List<Prediction>> first = threads.submit(run::next);
      failed.await();
      await().until(() -> threads.getActiveCount() <= 2); // the worker that failed has ended
      boolean early = first.isDone();
      go.countDown();
      assertThat(early).isFalse();
      assertThat(first.get()).hasSize(1);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(run::next).hasMessage("the predictions can't go on: the session broke");
      }
    }
  }

  @Test
  void aFailureOfTheInputsEndsTheStreamWithItsCauseAfterWhatCameBefore() {
    Frames source =
        new Frames(100) {
          @Override
          public @Nullable Frame next() {
            if (taken.get() == 50) {
              throw new IllegalArgumentException("no such input");
            }
            return super.next();
          }
        };
    List<String> before = new ArrayList<>();
    try (PredictionRun run = new PredictionRun(AT_ONCE, 1, source, threads, 1, false)) {
      assertThatThrownBy(() -> rest(run, before))
          .hasMessage("the predictions can't go on: no such input")
          .hasCauseInstanceOf(IllegalArgumentException.class);
    }
    assertThat(before).isEqualTo(paths(50).subList(0, before.size()));
  }

  /** The images may be Mats of somebody who releases them then. */
  @Test
  void closeWaitsForWhatIsBeingPredicted() throws Exception {
    CountDownLatch predicting = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    BatchPredictor slow =
        frames -> {
          predicting.countDown();
          go.await();
          return predictions(frames);
        };
    Frames source = new Frames(100);
    PredictionRun run = new PredictionRun(slow, 1, source, threads, 2, false);
    Future<?> pulling = threads.submit(run::next);
    predicting.await();
    Future<?> closing = threads.submit(run::close);
    assertThatThrownBy(pulling::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("the stream of predictions is closed");
    assertThat(closing.isDone()).isFalse();
    assertThat(source.closed.get()).isZero();
    go.countDown();
    closing.get();
    assertThat(source.closed.get()).isOne();
    await().until(() -> threads.getActiveCount() == 0);
    assertThat(source.taken.get()).isLessThanOrEqualTo(3);
  }

  /** Standard input may never say another word. */
  @Test
  void closeDoesNotWaitForAnInputThatBlocks() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Frames source =
        new Frames(100) {
          @Override
          public @Nullable Frame next() {
            reading.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return super.next();
          }
        };
    PredictionRun run = new PredictionRun(AT_ONCE, 2, source, threads, 2, false);
    Future<?> pulling = threads.submit(run::next);
    reading.await();
    run.close();
    assertThatThrownBy(pulling::get).hasRootCauseMessage("the stream of predictions is closed");
    assertThat(source.closed.get()).isZero(); // it is in use
    go.countDown();
    await().until(() -> source.closed.get() == 1);
    await().until(() -> threads.getActiveCount() == 0);
  }

  @Test
  void whoWaitsForAPredictionCanBeInterrupted() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    BatchPredictor slow =
        frames -> {
          go.await();
          return predictions(frames);
        };
    try (PredictionRun run = new PredictionRun(slow, 1, new Frames(1), threads, 1, false)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(run::next).hasMessage("interrupted while a prediction was awaited");
      assertThat(Thread.interrupted()).isTrue();
      go.countDown();
      assertThat(rest(run)).isEqualTo(paths(1));
    }
  }

  private static List<String> rest(PredictionRun run) {
    return rest(run, new ArrayList<>());
  }

  private static List<String> rest(PredictionRun run, List<String> paths) {
    for (List<Prediction> batch = run.next(); batch != null; batch = run.next()) {
      batch.forEach(prediction -> paths.add(prediction.inputPath()));
    }
    return paths;
  }

  private static List<String> paths(int frames) {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      paths.add(Integer.toString(i));
    }
    return paths;
  }

  private static List<Prediction> predictions(List<Frame> frames) {
    List<Prediction> predictions = new ArrayList<>();
    for (Frame frame : frames) {
      predictions.add(Prediction.of(frame, CONTEXT, new TopK(List.of(), List.of()), List.of()));
    }
    return predictions;
  }

  /** Frames with their numbers as paths. */
  private static class Frames implements FrameSource {

    private final int count;
    final AtomicInteger taken = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();

    Frames(int count) {
      this.count = count;
    }

    @Override
    public @Nullable Frame next() {
      assertThat(closed.get()).isZero();
      if (taken.get() == count) {
        return null;
      }
      String path = Integer.toString(taken.getAndIncrement());
      return new Frame(
          path,
          null,
          buffer -> {
            throw new IllegalStateException("nobody looks");
          });
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }
}
