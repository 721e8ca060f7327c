// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three threads at most, and a clock that stands still until it is set on. */
@Timeout(30)
class ReadThreadsTest {

  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(1) + 1;

  private final AtomicLong clock = new AtomicLong();
  private final ReadThreads threads =
      new ReadThreads(3, new DaemonThreads("sightline-fetch-test"), clock::get);

  @BeforeEach
  void start() {
    threads.start();
  }

  @AfterEach
  void close() {
    threads.close();
  }

  /** A read that holds its thread until it is released. */
  private static final class Held extends FutureTask<Void> {

    private final CountDownLatch started;
    private final CountDownLatch released;

    Held() {
      this(new CountDownLatch(1), new CountDownLatch(1));
    }

    private Held(CountDownLatch started, CountDownLatch released) {
      super(
          () -> {
            started.countDown();
            released.await();
            return null;
          });
      this.started = started;
      this.released = released;
    }

    void awaitStart() throws InterruptedException {
      started.await();
    }

    boolean isStarted() {
      return started.getCount() == 0;
    }

    void release() throws Exception {
      released.countDown();
      get();
    }
  }

  private Held held() {
    Held read = new Held();
    threads.execute(read);
    return read;
  }

  private <T> FutureTask<T> read(Callable<T> callable) {
    FutureTask<T> read = new FutureTask<>(callable);
    threads.execute(read);
    return read;
  }

  /** Whether no other read runs for as long as this one. */
  private static boolean alone(Semaphore atOnce) throws InterruptedException {
    boolean alone = atOnce.tryAcquire();
    Thread.sleep(1);
    if (alone) {
      atOnce.release();
    }
    return alone;
  }

  @Test
  void readsThatAreQuickWaitForTheOneThatIsAtWork() throws Exception {
    Held first = held();
    first.awaitStart();
    Semaphore atOnce = new Semaphore(1);
    List<FutureTask<Boolean>> others = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      others.add(read(() -> alone(atOnce)));
    }
    threads.tick();
    assertThat(others).noneMatch(FutureTask::isDone);

    first.release();

    for (FutureTask<Boolean> other : others) {
      assertThat(other.get()).isTrue();
    }
  }

  @RepeatedTest(20)
  void aThreadThatWasJustWokenIsGivenTimeToBegin() throws Exception {
    clock.addAndGet(SLOW); // they were idle for long
    Semaphore atOnce = new Semaphore(1);

    FutureTask<Boolean> first = read(() -> alone(atOnce));
    FutureTask<Boolean> second = read(() -> alone(atOnce));

    assertThat(first.get()).isTrue();
    assertThat(second.get()).isTrue();
  }

  @Test
  void aReadThatComesWhileAnotherHangsIsRunByAnotherThread() throws Exception {
    held().awaitStart();
    clock.addAndGet(SLOW);

    assertThat(read(() -> "read").get()).isEqualTo("read");
  }

  @Test
  void aReadThatWaitsBehindOneThatHangsIsRunAtTheNextTick() throws Exception {
    held().awaitStart();
    FutureTask<String> behind = read(() -> "read");
    clock.addAndGet(SLOW);

    threads.tick();

    assertThat(behind.get()).isEqualTo("read");
  }

  @Test
  void afterASlowReadAllThreadsGoToWorkAtOnceAndNoMore() throws Exception {
    Held slow = held();
    slow.awaitStart();
    clock.addAndGet(SLOW);
    slow.release();
    Held first = held();
    first.awaitStart();
    Held second = held();
    Held third = held();
    Held fourth = held();

    second.awaitStart();
    third.awaitStart();
    clock.addAndGet(SLOW);
    threads.tick();
    assertThat(fourth.isStarted()).isFalse();

    second.release();
    fourth.awaitStart();
  }

  @Test
  void aSlowReadThatEndsWakesAnotherThreadForThoseThatWait() throws Exception {
    Held slow = held();
    slow.awaitStart();
    Held second = held();
    Held third = held();
    clock.addAndGet(SLOW);

    slow.release();

    second.awaitStart();
    third.awaitStart();
  }

  @Test
  void theInterruptOfACancelledReadDoesNotReachTheNext() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    FutureTask<Void> cancelled =
        read(
            () -> {
              started.countDown();
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              return null;
            });
    started.await();
    FutureTask<Boolean> next = read(() -> Thread.currentThread().isInterrupted());

    cancelled.cancel(true);

    assertThat(next.get()).isFalse();
  }

  @Test
  void closingInterruptsTheReadThatIsUnderWayAndRunsNoneThatWaits() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    FutureTask<Boolean> reading =
        read(
            () -> {
              started.countDown();
              try {
                Thread.sleep(TimeUnit.SECONDS.toMillis(60));
                return false;
              } catch (InterruptedException e) {
                return true;
              }
            });
    started.await();
    Held waiting = held();

    threads.close();

    assertThat(reading.get()).isTrue();
    assertThatThrownBy(this::held).isInstanceOf(RejectedExecutionException.class);
    assertThat(waiting.isStarted()).isFalse();
  }
}
