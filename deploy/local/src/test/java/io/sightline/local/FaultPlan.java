// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Where a job is to fail, each place once and in the order given, and what was seen of the job: the
 * test and the job's functions share it through its id, within one process. Thread-safe.
 */
final class FaultPlan implements AutoCloseable {

  /** Where a job can fail. */
  enum Place {
    /** In front of the parser, at the record with the key {@link #POISON}. */
    RECORD,
    /** The checkpoint is complete, its events are written and not committed. */
    BEFORE_COMMIT_OF_EVENTS,
    /** The events of a checkpoint are committed, and Flink does not know it yet. */
    AFTER_COMMIT_OF_EVENTS,
    BEFORE_COMMIT_OF_REJECTIONS,
    AFTER_COMMIT_OF_REJECTIONS,
    /** While state is restored: the operators behind are restored and open by then. */
    INITIALIZE_STATE,
    /** After state was restored. */
    OPEN;

    boolean isCommit() {
      return name().contains("COMMIT");
    }
  }

  /**
   * One failure.
   *
   * @param completed checkpoints that were complete by then
   * @param written keys of what this subtask had written to the sink by then
   */
  record Strike(Place place, int completed, Set<String> written) {}

  /** Key of the record at which {@link Place#RECORD} strikes. */
  static final String POISON = "poison";

  private static final Map<String, FaultPlan> PLANS = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private final Queue<Place> pending = new ArrayDeque<>();
  private final List<Strike> strikes = new CopyOnWriteArrayList<>();
  private final NavigableSet<Long> completed = new ConcurrentSkipListSet<>();
  private final List<Long> restored = new CopyOnWriteArrayList<>();
  private final CountDownLatch looked = new CountDownLatch(1);

  /** How often a record came from the source, by its key. */
  final Map<String, Integer> read = new ConcurrentHashMap<>();

  /** How often an event was written to the sink, by its reference. */
  final Map<String, Integer> events = new ConcurrentHashMap<>();

  /** How often a rejection was written to the sink, by its record's key. */
  final Map<String, Integer> rejections = new ConcurrentHashMap<>();

  private final Map<String, Integer> writers = new ConcurrentHashMap<>();

  static FaultPlan create() {
    FaultPlan plan = new FaultPlan();
    PLANS.put(plan.id, plan);
    return plan;
  }

  static FaultPlan of(String id) {
    return requireNonNull(PLANS.get(id));
  }

  String id() {
    return id;
  }

  synchronized void arm(List<Place> places) {
    pending.addAll(places);
  }

  /** Whether every place has struck. */
  synchronized boolean isDone() {
    return pending.isEmpty();
  }

  /** What has struck, first to last. */
  List<Strike> strikes() {
    return strikes;
  }

  /** The checkpoints that tasks were told to be complete. */
  int completed() {
    return completed.size();
  }

  /** From which checkpoint each subtask was restored. */
  List<Long> restored() {
    return restored;
  }

  /** Lets a commit that is about to fail do so. */
  void look() {
    looked.countDown();
  }

  void complete(long checkpoint) {
    completed.add(checkpoint);
  }

  void restore(long checkpoint) {
    restored.add(checkpoint);
  }

  void written(Map<String, Integer> kind, String key, int subtask) {
    writers.put(key, subtask);
    kind.merge(key, 1, Integer::sum);
  }

  /** Fails if it is this place's turn. */
  void strike(Place place, int subtask) {
    synchronized (this) {
      if (pending.peek() != place) {
        return;
      }
      pending.remove();
      Set<String> written = ConcurrentHashMap.newKeySet();
      writers.forEach(
          (key, writer) -> {
            if (writer == subtask) {
              written.add(key);
            }
          });
      strikes.add(new Strike(place, completed.size(), written));
    }
    if (place.isCommit()) {
      try {
        boolean unused = looked.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    throw new IllegalStateException("injected failure: " + place);
  }

  @Override
  public void close() {
    PLANS.remove(id);
  }
}
