// SPDX-License-Identifier: Apache-2.0
package io.sightline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.batch.BatchWindow.Row;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Items are positive numbers; each writes its own pattern over its whole row. */
class BatchWindowTest {

  private static final int LONGS = 4;
  private static final int ROW_BYTES = LONGS * Long.BYTES;
  private static final Duration DELAY = Duration.ofMillis(50);
  private static final long DELAY_NANOS = DELAY.toNanos();

  /** Not far from the overflow of {@link System#nanoTime}, which may come at any time. */
  private long now = Long.MAX_VALUE - DELAY_NANOS / 2;

  private final BatchWindow<Integer> window = window(4, DELAY, 3);

  @Test
  void aFullBatchIsSealedAndReturnedByTheCallThatCompletesIt() {
    List<Row<Integer>> rows = reserve(window, 1, 2, 3, 4);
    assertThat(window.complete(rows.get(0))).isNull();
    assertThat(window.complete(rows.get(1))).isNull();
    assertThat(window.complete(rows.get(2))).isNull();
    assertThat(window.inflight()).isZero();
    Batch<Integer> batch = window.complete(rows.get(3));
    assertItems(batch, 1, 2, 3, 4);
    assertThat(window.inflight()).isOne();
    window.release(batch);
    assertThat(window.inflight()).isZero();
  }

  @Test
  void rowsMayBeCompletedInAnyOrder() {
    List<Row<Integer>> rows = reserve(window, 1, 2, 3, 4);
    assertThat(window.complete(rows.get(3))).isNull();
    assertThat(window.complete(rows.get(1))).isNull();
    assertThat(window.complete(rows.get(0))).isNull();
    assertItems(window.complete(rows.get(2)), 1, 2, 3, 4);
  }

  @Test
  void theOpenBatchIsSealedAtItsDeadlineAndNotBefore() {
    complete(window, 1, 2);
    assertThat(window.nanosToDeadline()).isEqualTo(DELAY_NANOS);
    now += DELAY_NANOS - 1;
    assertThat(window.nanosToDeadline()).isOne();
    assertThat(window.sealExpired()).isNull();
    now += 1;
    assertThat(window.nanosToDeadline()).isZero();
    assertItems(window.sealExpired(), 1, 2);
    assertThat(window.nanosToDeadline()).isEqualTo(Long.MAX_VALUE);
    assertThat(window.sealExpired()).isNull();
  }

  @Test
  void theDeadlineIsThatOfTheOldestRow() {
    complete(window, 1);
    now += DELAY_NANOS / 2;
    complete(window, 2);
    assertThat(window.nanosToDeadline()).isEqualTo(DELAY_NANOS - DELAY_NANOS / 2);
    long reserved = now - DELAY_NANOS / 2;
    now = reserved + DELAY_NANOS;
    Batch<Integer> batch = window.sealExpired();
    assertItems(batch, 1, 2);
    assertThat(batch.oldestNanos()).isEqualTo(reserved);
  }

  @Test
  void whereTheOldestRowIsAbandonedTheNextOldestSetsTheDeadline() {
    Row<Integer> oldest = reserve(window, 1).get(0);
    now += DELAY_NANOS / 2;
    complete(window, 2);
    assertThat(window.abandon(oldest)).isNull();
    assertThat(window.nanosToDeadline()).isEqualTo(DELAY_NANOS);
  }

  @Test
  void abandoningEverythingLeavesNoDeadline() {
    window.abandon(reserve(window, 1).get(0));
    assertThat(window.nanosToDeadline()).isEqualTo(Long.MAX_VALUE);
    now += 2 * DELAY_NANOS;
    assertThat(window.sealExpired()).isNull();
    Row<Integer> next = reserve(window, 2).get(0);
    assertThat(window.nanosToDeadline()).isEqualTo(DELAY_NANOS);
    assertThat(window.complete(next)).isNull();
  }

  @Test
  void aBatchSealedWithARowPendingIsReturnedByTheLastCompletion() {
    Row<Integer> slow = reserve(window, 1).get(0);
    complete(window, 2);
    now += DELAY_NANOS;
    assertThat(window.sealExpired()).isNull();
    assertThat(window.nanosToDeadline()).isEqualTo(Long.MAX_VALUE);
    Row<Integer> next = reserve(window, 3).get(0);
    assertItems(window.complete(slow), 1, 2);
    assertThat(window.complete(next)).isNull();
  }

  @Test
  void aCompletionSealsAnExpiredBatchWithoutATimer() {
    complete(window, 1);
    Row<Integer> late = reserve(window, 2).get(0);
    now += DELAY_NANOS;
    assertItems(window.complete(late), 1, 2);
  }

  @Test
  void anAbandonmentSealsAnExpiredBatchWithoutATimer() {
    complete(window, 1);
    Row<Integer> late = reserve(window, 2).get(0);
    now += DELAY_NANOS;
    assertItems(window.abandon(late), 1);
  }

  @Test
  void theTimerOfABatchThatFilledUpDoesNotTouchItsSuccessor() {
    complete(window, 1, 2, 3);
    now += DELAY_NANOS - 1;
    Batch<Integer> first = complete(window, 4);
    complete(window, 5);
    now += 1; // the deadline of the first batch
    assertThat(window.sealExpired()).isNull();
    assertThat(window.nanosToDeadline()).isEqualTo(DELAY_NANOS - 1);
    assertItems(first, 1, 2, 3, 4);
    now += DELAY_NANOS - 1;
    assertItems(window.sealExpired(), 5);
  }

  @Test
  void withZeroDelayEveryImageRunsAtOnce() {
    BatchWindow<Integer> eager = window(4, Duration.ZERO, 3);
    Batch<Integer> first = complete(eager, 1);
    assertItems(first, 1);
    assertItems(complete(eager, 2), 2);
    eager.release(first);
    assertItems(complete(eager, 3), 3);
  }

  @Test
  void withBatchesOfOneEveryImageIsABatch() {
    BatchWindow<Integer> single = window(1, DELAY, 2);
    assertItems(complete(single, 1), 1);
    assertItems(complete(single, 2), 2);
    assertThat(single.reserve(3)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void anAbandonedRowGoesToTheNextImage(int position) {
    List<Row<Integer>> rows = reserve(window, 1, 2, 3, 4);
    for (int i = 0; i < 4; i++) {
      if (i != position && i != (position + 1) % 4) {
        assertThat(window.complete(rows.get(i))).isNull();
      }
    }
    assertThat(window.abandon(rows.get(position))).isNull();
    Row<Integer> next = reserve(window, 5).get(0);
    assertThat(next.memory()).isSameAs(rows.get(position).memory());
    assertThat(window.complete(next)).isNull();
    Integer[] expected = {1, 2, 3, 4};
    expected[position] = 5;
    assertItems(window.complete(rows.get((position + 1) % 4)), expected);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "2,2", "3,3", "0,1", "0,2", "0,3", "1,2", "1,3", "2,3"})
  void rowsAbandonedAtAnyPositionOfASealedBatchAreFilledFromItsEnd(int first, int second) {
    List<Row<Integer>> rows = reserve(window, 1, 2, 3, 4);
    now += DELAY_NANOS; // no row is given to another image any more
    Batch<Integer> batch = null;
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      assertThat(batch).isNull();
      boolean abandoned = i == first || i == second;
      batch = abandoned ? window.abandon(rows.get(i)) : window.complete(rows.get(i));
      if (!abandoned) {
        expected.add(i + 1);
      }
    }
    assertItems(batch, expected.toArray(Integer[]::new));
  }

  @Test
  void theLastPendingRowOfAFullBatchReturnsItAlsoWhereItIsAbandoned() {
    List<Row<Integer>> rows = reserve(window, 1, 2, 3, 4);
    window.complete(rows.get(0));
    window.complete(rows.get(2));
    window.complete(rows.get(3));
    assertItems(window.abandon(rows.get(1)), 1, 3, 4);
  }

  @Test
  void anAbandonedRowOfASealedBatchIsNotReusedWhileASuccessorIsOpen() {
    List<Row<Integer>> rows = reserve(window, 1, 2, 3, 4);
    Row<Integer> successor = reserve(window, 5).get(0);
    assertThat(window.abandon(rows.get(0))).isNull();
    Row<Integer> second = reserve(window, 6).get(0);
    window.complete(rows.get(1));
    window.complete(rows.get(2));
    assertItems(window.complete(rows.get(3)), 2, 3, 4);
    window.complete(successor);
    window.complete(second);
    now += DELAY_NANOS;
    assertItems(window.sealExpired(), 5, 6);
  }

  @Test
  void aSealedBatchWithoutAnyImageIsFreeAgain() {
    BatchWindow<Integer> one = window(2, DELAY, 1);
    List<Row<Integer>> rows = reserve(one, 1, 2);
    now += DELAY_NANOS;
    assertThat(one.abandon(rows.get(0))).isNull();
    assertThat(one.reserve(9)).as("while its other row is pending").isNull();
    assertThat(one.abandon(rows.get(1))).isNull();
    assertThat(one.inflight()).isZero();
    reserve(one, 3, 4).forEach(one::abandon);
    assertItems(complete(one, 5, 6), 5, 6);
  }

  @Test
  void withoutAFreeBufferNothingIsReservedUntilOneIsReleased() {
    Batch<Integer> first = complete(window, 1, 2, 3, 4);
    Batch<Integer> second = complete(window, 5, 6, 7, 8);
    reserve(window, 9, 10, 11, 12);
    assertThat(window.reserve(13)).isNull();
    assertThat(window.inflight()).isEqualTo(2);
    assertItems(first, 1, 2, 3, 4);
    window.release(first);
    Batch<Integer> third = complete(window, 13, 14, 15, 16);
    assertThat(third).isSameAs(first);
    assertItems(third, 13, 14, 15, 16);
    assertItems(second, 5, 6, 7, 8);
  }

  @Test
  void aRowHasTheSameMemoryObjectEachTime() {
    Set<ByteBuffer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int round = 0; round < 10; round++) {
      List<Row<Integer>> rows = reserve(window, 1, 2, 3, 4);
      rows.forEach(row -> seen.add(row.memory()));
      Batch<Integer> batch = null;
      for (Row<Integer> row : rows) {
        batch = window.complete(row);
      }
      window.release(batch);
    }
    assertThat(seen).hasSizeLessThanOrEqualTo(3 * 4);
    assertThat(seen)
        .allSatisfy(
            row -> {
              assertThat(row.isDirect()).isTrue();
              assertThat(row.capacity()).isEqualTo(ROW_BYTES);
              assertThat(row.order()).isEqualTo(ByteOrder.nativeOrder());
            });
  }

  @Test
  void aRowIsCompletedOrAbandonedOnce() {
    Row<Integer> row = reserve(window, 1).get(0);
    window.complete(row);
    assertThatThrownBy(() -> window.complete(row)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> window.abandon(row)).isInstanceOf(IllegalStateException.class);
  }

  /** One image a second is the rate at which a delay alone decides. */
  @Test
  void noImageWaitsLongerThanTheDelayAndATick() {
    long tick = Duration.ofMillis(1).toNanos();
    long second = Duration.ofSeconds(1).toNanos();
    long arrival = now;
    int arrived = 0;
    int run = 0;
    for (int step = 0; step < 20_000; step++) {
      if (now - arrival >= 0) {
        arrival += second;
        assertThat(complete(window, ++arrived)).isNull();
      }
      Batch<Integer> batch = window.nanosToDeadline() == 0 ? window.sealExpired() : null;
      if (batch != null) {
        assertThat(now - batch.oldestNanos()).isBetween(DELAY_NANOS, DELAY_NANOS + tick);
        assertItems(batch, ++run);
        window.release(batch);
      }
      now += tick;
    }
    assertThat(run).isEqualTo(arrived).isEqualTo(20);
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> window(0, DELAY, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> window(1, DELAY, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> window(1, DELAY.negated(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BatchWindow<Integer>(1 << 20, DELAY, 1, 1 << 12, System::nanoTime))
        .hasMessageContaining("2 GiB");
  }

  private BatchWindow<Integer> window(int maxSize, Duration delay, int buffers) {
    return new BatchWindow<>(maxSize, delay, buffers, ROW_BYTES, () -> now);
  }

  /** Reserves rows and writes each item's pattern into its own. */
  private static List<Row<Integer>> reserve(BatchWindow<Integer> window, Integer... items) {
    List<Row<Integer>> rows = new ArrayList<>();
    for (Integer item : items) {
      Row<Integer> row = Objects.requireNonNull(window.reserve(item), "no free buffer");
      for (int i = 0; i < LONGS; i++) {
        row.memory().putLong(i * Long.BYTES, pattern(item, i));
      }
      rows.add(row);
    }
    return rows;
  }

  /** Reserves, writes and completes one row after the other; what the last completion returned. */
  private static Batch<Integer> complete(BatchWindow<Integer> window, Integer... items) {
    Batch<Integer> batch = null;
    for (Integer item : items) {
      assertThat(batch).isNull();
      batch = window.complete(reserve(window, item).get(0));
    }
    return batch;
  }

  /** The batch holds these items, in any order, and in each row the item's own bytes. */
  private static void assertItems(Batch<Integer> batch, Integer... items) {
    assertThat(batch).isNotNull();
    List<Integer> found = new ArrayList<>();
    for (int row = 0; row < batch.size(); row++) {
      int item = batch.item(row);
      found.add(item);
      for (int i = 0; i < LONGS; i++) {
        assertThat(batch.memory().getLong(row * ROW_BYTES + i * Long.BYTES))
            .as("row %d, item %d", row, item)
            .isEqualTo(pattern(item, i));
      }
    }
    assertThat(found).containsExactlyInAnyOrder(items);
  }

  private static long pattern(int item, int i) {
    return item * 0x9E3779B97F4A7C15L + i;
  }
}
