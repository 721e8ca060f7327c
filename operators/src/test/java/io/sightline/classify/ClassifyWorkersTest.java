// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.INTEGER;
import static org.awaitility.Awaitility.await;

import ai.onnxruntime.OrtException;
import io.sightline.batch.Batch;
import io.sightline.batch.BatchWindow;
import io.sightline.classify.Classifier.Scores;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.ImageDecoder;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.RowFormat;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.GivenBytes;
import io.sightline.testing.RefusedThread;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real decoders, and batches that are run by the test. */
@Timeout(60)
class ClassifyWorkersTest {

  private static final int SIDE = 8;
  private static final int MAX_SIZE = 4;
  private static final int ROW_BYTES = 3 * SIDE * SIDE * Float.BYTES;
  private static final Preprocessing PIXELS =
      new Preprocessing(
          Resize.toSize(SIDE, SIDE, Interpolation.LINEAR),
          Crop.of(SIDE, SIDE),
          Channels.RGB,
          1,
          List.of(0.0, 0.0, 0.0),
          List.of(1.0, 1.0, 1.0));

  private final AtomicInteger openBytes = new AtomicInteger();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<String> rejected = new CopyOnWriteArrayList<>();
  private ClassifyWorkers workers;
  private Pause onRejection = () -> {};

  @AfterEach
  void everyByteIsReleased() {
    workers.close();
    workers.close();
    assertThat(openBytes).hasValue(0);
  }

  /** With fewer permits than workers batches wait to be run, as on a GPU. */
  @ParameterizedTest
  @CsvSource({"1,1", "3,3", "3,1", "4,2"})
  void everyImageIsRunOnceInItsOwnRowWithinTheConcurrentRuns(int threads, int concurrentRuns)
      throws Exception {
    Set<String> run = ConcurrentHashMap.newKeySet();
    List<String> problems = new CopyOnWriteArrayList<>();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    start(
        threads,
        concurrentRuns,
        Duration.ofMillis(5),
        batch -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          ByteBuffer memory = batch.memory().duplicate().order(ByteOrder.nativeOrder());
          for (int i = 0; i < batch.size(); i++) {
            String id = batch.item(i).reference().getId();
            if (!run.add(id)) {
              problems.add(id + " was run twice");
            }
            for (int plane = 0; plane < 3; plane++) {
              float value = memory.getFloat(i * ROW_BYTES + plane * ROW_BYTES / 3);
              if (value != colour(id, plane)) {
                problems.add("row of %s holds %s".formatted(id, value));
              }
            }
          }
          running.decrementAndGet();
        });
    int good = 0;
    for (int i = 0; i < 400; i++) {
      String id = "i" + i;
      boolean broken = i % 5 == 2;
      good += broken ? 0 : 1;
      workers.submit(
          image(
              id,
              broken
                  ? new byte[] {1, 2}
                  : TestImages.solid(".png", 9, 9, colour(id, 0), colour(id, 1), colour(id, 2))));
    }
    int expected = good;
    await().until(() -> run.size() == expected && rejected.size() == 400 - expected);
    assertThat(problems).isEmpty();
    assertThat(failures).isEmpty();
    assertThat(most.get()).isLessThanOrEqualTo(concurrentRuns);
  }

  @Test
  void anOpenBatchIsRunOnceItIsOldEnough() throws Exception {
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    Duration delay = Duration.ofMillis(100);
    start(2, 2, delay, batch -> sizes.add(batch.size()));
    long started = System.nanoTime();
    workers.submit(image("a", TestImages.solid(".png", 9, 9, 1, 2, 3)));
    await().until(() -> !sizes.isEmpty());
    assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(delay.toNanos());
    assertThat(sizes).containsExactly(1);
  }

  @Test
  void imagesThatAreRefusedDoNotHoldUpTheOpenBatch() throws Exception {
    List<Integer> refusedBefore = new CopyOnWriteArrayList<>();
    onRejection = () -> TimeUnit.MILLISECONDS.sleep(1);
    start(1, 1, Duration.ofMillis(20), batch -> refusedBefore.add(rejected.size()));
    workers.submit(image("good", TestImages.solid(".png", 9, 9, 1, 2, 3)));
    int backlog = 2000;
    for (int i = 0; i < backlog; i++) {
      workers.submit(image("i" + i, new byte[] {1, 2}));
    }
    await().until(() -> rejected.size() == backlog && !refusedBefore.isEmpty());
    assertThat(refusedBefore).singleElement(as(INTEGER)).isLessThan(backlog / 2);
  }

  @Test
  void aBrokenSessionIsReported() throws Exception {
    OrtException broken = new OrtException("device lost");
    start(
        2,
        2,
        Duration.ZERO,
        batch -> {
          throw broken;
        });
    workers.submit(image("a", TestImages.solid(".png", 9, 9, 1, 2, 3)));
    await().until(() -> !failures.isEmpty());
    assertThat(failures).containsExactly(broken);
  }

  @Test
  void anErrorOnAWorkerIsReported() throws Exception {
    start(
        1,
        1,
        Duration.ZERO,
        batch -> {
          throw new StackOverflowError("planted");
        });
    workers.submit(image("a", TestImages.solid(".png", 9, 9, 1, 2, 3)));
    await().until(() -> !failures.isEmpty());
    assertThat(failures.get(0)).isInstanceOf(StackOverflowError.class);
  }

  @Test
  void closeWaitsForTheBatchThatIsRunningAndReleasesWhatWaits() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch mayLeave = new CountDownLatch(1);
    start(
        1,
        1,
        Duration.ZERO,
        batch -> {
          entered.countDown();
          mayLeave.await();
        });
    for (int i = 0; i < 20; i++) {
      workers.submit(image("i" + i, TestImages.solid(".png", 9, 9, 1, 2, 3)));
    }
    entered.await();
    Thread closing = new Thread(workers::close);
    closing.start();
    closing.interrupt(); // as a cancelled task's thread is
    await().until(() -> openBytes.get() == 0);
    assertThat(closing.isAlive()).isTrue();
    mayLeave.countDown();
    closing.join();
    workers.submit(image("late", TestImages.solid(".png", 9, 9, 1, 2, 3)));
  }

  @Test
  void closingEndsTheWorkersThatRunWhereTheSystemHadTooFewThreads() {
    List<Thread> made = new ArrayList<>();
    create(
        work -> {
          Thread thread = made.size() == 2 ? new RefusedThread() : new Thread(work);
          made.add(thread);
          return thread;
        },
        4,
        4,
        Duration.ofHours(1),
        batch -> {});
    assertThatThrownBy(() -> workers.start()).isInstanceOf(OutOfMemoryError.class);
    assertThat(made).extracting(Thread::isAlive).containsExactly(true, true, false, false);
    workers.close();
    assertThat(made).noneMatch(Thread::isAlive);
  }

  private interface Pause {
    void run() throws InterruptedException;
  }

  @Test
  void anImageThatItsDecoderStumblesOverIsRejectedAndTheOthersAreRun() throws Exception {
    Set<String> run = ConcurrentHashMap.newKeySet();
    start(1, 1, Duration.ofMillis(1), batch -> run.add(batch.item(0).reference().getId()));
    byte[] fewerThanSaid = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xC0};

    workers.submit(image("i1", new GivenBytes(fewerThanSaid, 100, openBytes::decrementAndGet)));
    workers.submit(image("i2", TestImages.solid(".png", SIDE, SIDE, 1, 2, 3)));

    await().until(() -> run.contains("i2"));
    assertThat(rejected).containsExactly("i1");
    assertThat(failures).isEmpty();
  }

  private interface Run {
    void run(Batch<InFlight> batch) throws Exception;
  }

  private void start(int threads, int concurrentRuns, Duration delay, Run run) {
    create(ClassifyWorkers.threads("test"), threads, concurrentRuns, delay, run);
    workers.start();
  }

  private void create(
      ThreadFactory factory, int threads, int concurrentRuns, Duration delay, Run run) {
    workers =
        new ClassifyWorkers(
            factory,
            threads,
            concurrentRuns,
            new BatchWindow<>(
                MAX_SIZE, delay, threads + 1 + concurrentRuns, ROW_BYTES, System::nanoTime),
            () ->
                new ImageDecoder(PIXELS, RowFormat.PLANAR_FLOAT32, DecodeSettings.upTo(1_000_000)),
            new ClassifyWorkers.BatchRunner() {
              @Override
              public void run(Batch<InFlight> batch, Scores scores) throws Exception {
                run.run(batch);
              }

              @Override
              public Scores newScores() {
                return null; // the test runs the batches
              }
            },
            new ClassifyWorkers.Listener() {
              @Override
              public void decoded(InFlight image, long startedNanos, long nanos) {}

              @Override
              public void rejected(InFlight image, RejectedException why) {
                rejected.add(image.reference().getId());
                try {
                  onRejection.run();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }
            },
            failures::add);
  }

  private static int colour(String id, int plane) {
    return (Integer.parseInt(id.substring(1)) * (plane + 3)) % 251;
  }

  private InFlight image(String id, byte[] bytes) {
    return image(id, new GivenBytes(bytes, openBytes::decrementAndGet));
  }

  private InFlight image(String id, GivenBytes bytes) {
    ImageReference reference = new ImageReference();
    reference.setId(id);
    InFlight image = new InFlight(reference, outcome -> {});
    openBytes.incrementAndGet();
    image.fetched(bytes);
    return image;
  }
}
