// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sightline.reference.SourceRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/**
 * Stands behind the source, writes down which records it saw in which attempt, and fails the job
 * once where a test wants it. One plan a test, shared with the tasks of this JVM.
 */
final class FaultInjector extends RichMapFunction<SourceRecord, SourceRecord>
    implements CheckpointedFunction, CheckpointListener {

  /** Where the job fails. */
  enum Fault {
    /** While a batch is open. */
    MID_BATCH,
    /** When a checkpoint has completed, before the sinks were told to commit what is in it. */
    BEFORE_COMMIT,
    /** While a batch is open, and again when the operators have got their state back. */
    DURING_RESTORE
  }

  private record Attempt(int subtask, int number) {}

  private static final Map<String, Plan> PLANS = new ConcurrentHashMap<>();

  private final String name;
  private transient long snapshot;

  private FaultInjector(String name) {
    this.name = name;
  }

  /** What a test and the tasks say to each other. */
  static final class Plan implements AutoCloseable {

    private final String name;
    private final Fault fault;
    private final Path checkpoints;
    private final AtomicInteger armed = new AtomicInteger(-1);
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicBoolean restoreFailed = new AtomicBoolean();
    private final AtomicInteger completed = new AtomicInteger();
    private final Map<Attempt, Set<String>> seen = new ConcurrentHashMap<>();

    private Plan(String name, Fault fault, Path checkpoints) {
      this.name = name;
      this.fault = fault;
      this.checkpoints = checkpoints;
    }

    FaultInjector injector() {
      return new FaultInjector(name);
    }

    /** From now on the job fails at the given number of records. */
    void arm(int records) {
      armed.set(records);
    }

    boolean hasFailed() {
      return failed.get() && (fault != Fault.DURING_RESTORE || restoreFailed.get());
    }

    /** Notifications of completed checkpoints, over all subtasks and attempts. */
    int completed() {
      return completed.get();
    }

    /** Keys of all records that came through. */
    Set<String> seen() {
      Set<String> all = new TreeSet<>();
      seen.values().forEach(all::addAll);
      return all;
    }

    /**
     * Those of the keys that a subtask, which was restarted, saw before and not again: they are
     * past the offsets of the checkpoint, and only the state of a later operator can have them.
     */
    Set<String> onlyInState(Set<String> keys) {
      Set<String> result = new TreeSet<>();
      seen.forEach(
          (attempt, before) -> {
            int last = lastAttempt(attempt.subtask());
            if (attempt.number() == 0 && last > 0) {
              result.addAll(before);
              for (int number = 1; number <= last; number++) {
                result.removeAll(
                    seen.getOrDefault(new Attempt(attempt.subtask(), number), Set.of()));
              }
            }
          });
      result.retainAll(keys);
      return result;
    }

    private int lastAttempt(int subtask) {
      return seen.keySet().stream()
          .filter(attempt -> attempt.subtask() == subtask)
          .mapToInt(Attempt::number)
          .max()
          .orElse(0);
    }

    /** Whether the tasks run again after the last failure. */
    boolean hasRestarted() {
      int least = fault == Fault.DURING_RESTORE ? 2 : 1;
      return hasFailed() && seen.keySet().stream().anyMatch(a -> a.number() >= least);
    }

    @Override
    public void close() {
      PLANS.remove(name);
    }
  }

  static Plan plan(String name, Fault fault, Path checkpoints) {
    Plan plan = new Plan(name, fault, checkpoints);
    PLANS.put(name, plan);
    return plan;
  }

  private Plan plan() {
    return PLANS.get(name);
  }

  private Attempt attempt() {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    return new Attempt(task.getIndexOfThisSubtask(), task.getAttemptNumber());
  }

  @Override
  public void initializeState(FunctionInitializationContext context) {
    Plan plan = plan();
    if (context.isRestored()
        && plan.fault == Fault.DURING_RESTORE
        && plan.failed.get()
        && plan.restoreFailed.compareAndSet(false, true)) {
      // The head of a chain is the last to be restored: the other operators have their state.
      throw new IllegalStateException("Injected: during a restore");
    }
    plan.seen.computeIfAbsent(attempt(), a -> ConcurrentHashMap.newKeySet());
  }

  @Override
  public SourceRecord map(SourceRecord record) throws Exception {
    Plan plan = plan();
    plan.seen.get(attempt()).add(new String(record.key(), UTF_8));
    if (plan.armed.get() >= 0 && !plan.failed.get() && isDue(plan)) {
      if (plan.failed.compareAndSet(false, true)) {
        throw new IllegalStateException("Injected: " + plan.fault);
      }
    }
    return record;
  }

  private boolean isDue(Plan plan) throws Exception {
    boolean due = plan.armed.getAndUpdate(n -> Math.max(n - 1, 0)) == 0;
    if (plan.fault != Fault.BEFORE_COMMIT) {
      return due;
    }
    // Slow enough that a checkpoint comes while there are records, each of which follows at once.
    Thread.sleep(50);
    // The task thread stays here, so that the news of the completed checkpoint waits behind it.
    return due && snapshot > 0 && awaitCompletion(plan.checkpoints, snapshot);
  }

  private static boolean awaitCompletion(Path checkpoints, long id) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < deadline) {
      if (isComplete(checkpoints, id)) {
        return true;
      }
      Thread.sleep(5);
    }
    return false;
  }

  private static boolean isComplete(Path checkpoints, long id) throws IOException {
    try (Stream<Path> files = Files.walk(checkpoints, 3)) {
      return files.anyMatch(file -> file.endsWith("chk-" + id + "/_metadata"));
    } catch (java.io.UncheckedIOException e) {
      return false; // a folder went while it was looked at
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) {
    // A record that comes next finds a checkpoint that its sinks have pre-committed.
    snapshot = plan().armed.get() == 0 ? context.getCheckpointId() : 0;
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    snapshot = 0;
    plan().completed.incrementAndGet();
  }
}
