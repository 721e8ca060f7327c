// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes a job fail at seeded random moments: each is a number of records that have come by, those
 * that came again among them. The test and the job's functions share it through its id, within one
 * process. Thread-safe.
 */
final class Strikes implements AutoCloseable {

  private static final Map<String, Strikes> ALL = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private final ConcurrentSkipListSet<Long> moments = new ConcurrentSkipListSet<>();
  private final AtomicLong records = new AtomicLong();
  private final AtomicInteger struck = new AtomicInteger();

  /** So many moments within the first {@code records}. */
  static Strikes create(long seed, int count, long records) {
    Strikes strikes = new Strikes();
    SplittableRandom random = new SplittableRandom(seed);
    while (strikes.moments.size() < count) {
      strikes.moments.add(random.nextLong(records));
    }
    ALL.put(strikes.id, strikes);
    return strikes;
  }

  /** How many moments have come. */
  int struck() {
    return struck.get();
  }

  /** How many records have come by. */
  long records() {
    return records.get();
  }

  private void next() {
    long now = records.incrementAndGet();
    Long moment = moments.floor(now);
    if (moment != null && moments.remove(moment)) {
      struck.incrementAndGet();
      throw new IllegalStateException("injected failure at record " + now);
    }
  }

  @Override
  public void close() {
    ALL.remove(id);
  }

  /** Stands behind a source. */
  static final class Tap extends RichMapFunction<Long, Long> {

    private static final long serialVersionUID = 1L;

    private final @Nullable String id;

    Tap(@Nullable Strikes strikes) {
      this.id = strikes == null ? null : strikes.id;
    }

    @Override
    public Long map(Long index) {
      if (id != null) {
        requireNonNull(ALL.get(id)).next();
      }
      return index;
    }
  }
}
