// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ByteBudgetTest {

  private final ByteBudget budget = new ByteBudget(100);

  @Test
  void whatFitsIsGrantedAtOnceAndTheRestWaits() {
    ByteBudget.Lease first = budget.acquire(60).join();
    CompletableFuture<ByteBudget.Lease> second = budget.acquire(50);
    assertThat(second).isNotDone();
    assertThat(budget.held()).isEqualTo(60);
    first.close();
    assertThat(second).isCompleted();
    assertThat(budget.held()).isEqualTo(50);
  }

  @Test
  void aSmallRequestDoesNotOvertakeALargeOne() {
    ByteBudget.Lease first = budget.acquire(60).join();
    CompletableFuture<ByteBudget.Lease> large = budget.acquire(80);
    CompletableFuture<ByteBudget.Lease> small = budget.acquire(10);
    assertThat(small).isNotDone();
    first.close();
    assertThat(large).isCompleted();
    assertThat(small).isCompleted();
    assertThat(budget.held()).isEqualTo(90);
  }

  @Test
  void aRequestAboveTheWholeBudgetIsGrantedAlone() {
    ByteBudget.Lease first = budget.acquire(1).join();
    CompletableFuture<ByteBudget.Lease> huge = budget.acquire(1000);
    CompletableFuture<ByteBudget.Lease> next = budget.acquire(1);
    assertThat(huge).isNotDone();
    first.close();
    assertThat(huge).isCompleted();
    assertThat(next).isNotDone();
    huge.join().close();
    assertThat(next).isCompleted();
  }

  @Test
  void whatIsTakenCountsAtOnceAndMakesOthersWait() {
    ByteBudget.Lease taken = budget.take(150);
    CompletableFuture<ByteBudget.Lease> waiting = budget.acquire(10);
    assertThat(budget.held()).isEqualTo(150);
    assertThat(waiting).isNotDone();
    taken.close();
    assertThat(waiting).isCompleted();
  }

  @Test
  void aCancelledRequestLeavesItsPlaceToTheNext() {
    ByteBudget.Lease first = budget.acquire(60).join();
    CompletableFuture<ByteBudget.Lease> large = budget.acquire(80);
    CompletableFuture<ByteBudget.Lease> small = budget.acquire(10);
    large.cancel(false);
    assertThat(small).isCompleted();
    first.close();
    small.join().close();
    assertThat(budget.held()).isZero();
  }

  @Test
  void leasesShrinkAndCloseOnce() {
    ByteBudget.Lease lease = budget.acquire(100).join();
    CompletableFuture<ByteBudget.Lease> waiting = budget.acquire(70);
    lease.shrinkTo(30);
    assertThat(waiting).isCompleted();
    lease.shrinkTo(90);
    assertThat(budget.held()).isEqualTo(100);
    lease.close();
    lease.close();
    assertThat(budget.held()).isEqualTo(70);
  }

  @Test
  void closingCancelsWhoWaitsAndWhoComesLater() {
    ByteBudget.Lease lease = budget.acquire(100).join();
    CompletableFuture<ByteBudget.Lease> waiting = budget.acquire(1);
    budget.close();
    assertThat(waiting).isCancelled();
    assertThat(budget.acquire(1)).isCompletedExceptionally();
    lease.close();
    assertThat(budget.held()).isZero();
  }

  @Test
  void aLongQueueOfThoseWhoGiveBackAtOnceDoesNotOverflowTheStack() {
    ByteBudget.Lease first = budget.acquire(100).join();
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      done.add(budget.acquire(100).thenAccept(ByteBudget.Lease::close));
    }
    first.close();
    assertThat(done).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
    assertThat(budget.held()).isZero();
  }

  @Test
  @Timeout(60)
  void manyThreadsNeverHoldMoreThanTheBudgetAndAllAreServed() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    AtomicLong served = new AtomicLong();
    AtomicLong cancelled = new AtomicLong();
    AtomicLong most = new AtomicLong();
    for (int t = 0; t < 4; t++) {
      threads.execute(
          () -> {
            for (int i = 0; i < 5_000; i++) {
              int bytes = ThreadLocalRandom.current().nextInt(1, 100);
              CompletableFuture<ByteBudget.Lease> acquired = budget.acquire(bytes);
              if (i % 3 == 0 && acquired.cancel(false)) {
                cancelled.incrementAndGet();
                continue;
              }
              try (ByteBudget.Lease lease = acquired.join()) {
                most.accumulateAndGet(budget.held(), Math::max);
                lease.shrinkTo(bytes / 2);
                served.incrementAndGet();
              }
            }
          });
    }
    threads.shutdown();
    assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
    assertThat(served.get() + cancelled.get()).isEqualTo(20_000);
    assertThat(served.get()).isGreaterThan(10_000);
    assertThat(most.get()).isBetween(1L, 100L);
    assertThat(budget.held()).isZero();
  }
}
