// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parent of a cluster's processes: starts them, starts again those that die, and gives a new
 * JobManager the jobs that its predecessor had. Where a process keeps dying at once, it gives up.
 *
 * <p>One thread calls {@link #run}, another looks after the jobs, since a JobManager that hangs
 * must not keep it from starting processes; {@link #close} is called by a third.
 */
final class Supervisor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

  private static final long TICK_MILLIS = 200;
  private static final long JOBS_EVERY_MILLIS = 1000;
  private static final long RESTART_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Whoever dies younger than this, this often in a row, will not live. */
  private static final long YOUNG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int MOST_YOUNG_DEATHS = 4;

  private final ClusterFolder folder;
  private final ClusterClient client;
  private final SubmittedJobs jobs;
  private final List<Child> children = new ArrayList<>();
  private final AtomicInteger jobManagers = new AtomicInteger();
  private int renewedFor;
  private boolean resuming;
  private boolean closed;

  Supervisor(
      ClusterFolder folder, ClusterClient client, FlinkProcesses processes, int taskManagers) {
    this.folder = folder;
    this.client = client;
    this.jobs = new SubmittedJobs(folder);
    children.add(new Child(ClusterFolder.JOB_MANAGER, processes::startJobManager));
    for (int i = 1; i <= taskManagers; i++) {
      int number = i;
      children.add(
          new Child(ClusterFolder.taskManager(i), () -> processes.startTaskManager(number)));
    }
  }

  /**
   * Runs until {@link #close}, or as long as it is wanted.
   *
   * @throws ClusterFailure where a process can't be kept alive
   */
  void run(BooleanSupplier wanted) throws IOException, ClusterFailure, InterruptedException {
    ScheduledExecutorService aside = Executors.newSingleThreadScheduledExecutor();
    try {
      var unused =
          aside.scheduleWithFixedDelay(
              this::lookAfterJobs, 0, JOBS_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      while (wanted.getAsBoolean() && tick()) {
        TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
      }
    } finally {
      aside.shutdownNow();
    }
  }

  private synchronized boolean tick() throws IOException, ClusterFailure {
    if (closed) {
      return false;
    }
    for (Child child : children) {
      if (child.tick() && child.name.equals(ClusterFolder.JOB_MANAGER)) {
        jobManagers.incrementAndGet();
      }
    }
    return true;
  }

  /** A JobManager that starts does not answer: then it is asked again later. */
  private void lookAfterJobs() {
    try {
      int newest = jobManagers.get();
      if (renewedFor != newest) {
        jobs.renew();
        renewedFor = newest;
        resuming = true;
      }
      if (resuming) {
        jobs.submitMissing(client);
        resuming = false;
      }
      jobs.forgetEnded(client.jobs());
    } catch (ClusterFailure e) {
      LOG.debug("Not now", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.error("The jobs could not be looked after", e);
    }
  }

  /** Ends all processes and deletes their temporary files. */
  @Override
  public synchronized void close() throws IOException, ClusterFailure, InterruptedException {
    if (closed) {
      return;
    }
    closed = true;
    for (Child child : children) {
      if (child.process != null) {
        child.process.destroy();
      }
    }
    for (Child child : children) {
      if (child.process != null) {
        RecordedProcess.of(child.name, child.process.toHandle()).end(PATIENCE);
      }
      folder.forget(child.name);
    }
    folder.deleteTemporary();
  }

  /** Starts a process. */
  private interface Start {
    Process start() throws IOException;
  }

  /** One process, over all its lives. */
  private final class Child {

    private final String name;
    private final Start start;
    private @Nullable Process process;
    private long startedAt;
    private long startAt = System.nanoTime();
    private int youngDeaths;

    Child(String name, Start start) {
      this.name = name;
      this.start = start;
    }

    /** Whether it was started now. */
    boolean tick() throws IOException, ClusterFailure {
      Process current = process;
      if (current != null && !current.isAlive()) {
        process = null;
        died(current.exitValue());
      }
      if (process != null || System.nanoTime() - startAt < 0) {
        return false;
      }
      Process started = start.start();
      process = started;
      startedAt = System.nanoTime();
      folder.record(RecordedProcess.of(name, started.toHandle()));
      LOG.info("{} runs as pid {}", name, started.pid());
      return true;
    }

    private void died(int exitCode) throws ClusterFailure {
      long now = System.nanoTime();
      youngDeaths = now - startedAt < YOUNG_NANOS ? youngDeaths + 1 : 0;
      if (youngDeaths >= MOST_YOUNG_DEATHS) {
        throw new ClusterFailure(
            "%s ended %d times within %d s of its start, with exit code %d: see %s and %s"
                .formatted(
                    name,
                    youngDeaths,
                    TimeUnit.NANOSECONDS.toSeconds(YOUNG_NANOS),
                    exitCode,
                    folder.log(name),
                    folder.output(name)));
      }
      LOG.warn("{} ended with exit code {}, and is started again", name, exitCode);
      startAt = now + RESTART_AFTER_NANOS;
    }
  }
}
