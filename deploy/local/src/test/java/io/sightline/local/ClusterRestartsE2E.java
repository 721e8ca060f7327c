// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.testing.SharedFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One TaskManager that lives through many lives of the job: what a task took, sessions, native
 * libraries, classes, threads, files, it gives back.
 */
@Timeout(900)
class ClusterRestartsE2E {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CYCLES = Integer.getInteger("e2e.cycles", 20);

  /** The first cycles fill caches and pools. */
  private static final int WARM = 4;

  private static final double MOST_RSS_KIB = 1024;
  private static final double MOST_METASPACE_KIB = 256;

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static ColourServer images;
  private static ClusterProcesses cluster;

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.create();
    images = ColourServer.start();
    cluster =
        ClusterProcesses.start(
            UnpackedDistribution.in(folder),
            folder.resolve("cluster"),
            1,
            2,
            // All of the heap at once: what grows then is outside of it.
            "env.java.opts.taskmanager=-XX:+AlwaysPreTouch",
            // Flink keeps the jar of a job that has ended for this long, an hour by default.
            "blob.service.cleanup.interval=5");
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      if (images != null) {
        images.close();
      }
      if (broker != null) {
        broker.close();
      }
    }
  }

  @Test
  void cancellationsAndSubmissionsLeaveNothingBehind() throws Exception {
    List<ProcessFootprint> cycles = new ArrayList<>();
    List<ProcessFootprint> jobManager = new ArrayList<>();
    for (int i = 1; i <= CYCLES; i++) {
      // Topics of its own: without its state a job would read those of the one before again.
      ClassifyRun run = run("submitted-" + i);
      try (OutcomeLedger ledger = run.ledger()) {
        String job = cluster.submit("classify", "--config", run.config().toString());
        List<String> wave = wave("cycle-" + i);
        run.publish(images, wave);
        ledger.published(wave);
        ledger.settle("submission " + i, () -> "", PATIENCE);
        assertThat(ledger.rejections()).isZero();
        cluster.cancel(job);
      }
      cycles.add(footprint("taskmanager-1"));
      jobManager.add(footprint("jobmanager"));
    }
    System.out.println(CYCLES + " submissions and cancellations" + ProcessFootprint.table(cycles));
    System.out.println("JobManager" + ProcessFootprint.table(jobManager));
    assertFlat(cycles);
    assertThat(cluster.log("taskmanager-1")).doesNotContain("UnsatisfiedLinkError");
  }

  @Test
  void failuresOfTasksLeaveNothingBehind() throws Exception {
    ClassifyRun run = run("failing");
    // A store that is down fails the task; the delay leaves time to see it and to be up again.
    String job =
        cluster.submit(
            "classify",
            "--config",
            run.config().toString(),
            "--set",
            "fetch.on-unavailable=fail",
            "--set",
            "fetch.patience=0 s",
            "--set",
            "restart-strategy.type=fixed-delay",
            "--set",
            "restart-strategy.fixed-delay.attempts=1000",
            "--set",
            "restart-strategy.fixed-delay.delay=3 s");
    List<ProcessFootprint> cycles = new ArrayList<>();
    try (OutcomeLedger ledger = run.ledger()) {
      for (int i = 1; i <= CYCLES; i++) {
        cluster.awaitRunning(job);
        int restarts = cluster.restarts(job);
        List<String> wave = wave("failure-" + i);
        images.down(true);
        run.publish(images, wave);
        ledger.published(wave);
        await().atMost(PATIENCE).until(() -> cluster.restarts(job) > restarts);
        images.down(false);
        ledger.awaitOpen(0, PATIENCE);
        cycles.add(footprint("taskmanager-1"));
      }
      ledger.settle(CYCLES + " failures", () -> cluster.restarts(job) + " restarts", PATIENCE);
      assertThat(ledger.rejections()).isZero();
      System.out.println(ledger + ProcessFootprint.table(cycles));
    }
    assertThat(cluster.restarts(job)).isGreaterThanOrEqualTo(CYCLES);
    cluster.cancel(job);
    assertFlat(cycles);
    assertThat(cluster.log("taskmanager-1")).doesNotContain("UnsatisfiedLinkError");
  }

  private static List<String> wave(String name) {
    return IntStream.range(0, 64).mapToObj(i -> name + "-" + i).toList();
  }

  private static ClassifyRun run(String name) throws Exception {
    return ClassifyRun.create(
        broker,
        folder,
        name,
        2,
        SharedFolder.resolve("models/squeezenet1_1"),
        Map.of("parallelism.default", "2"));
  }

  private static ProcessFootprint footprint(String process) throws Exception {
    return ProcessFootprint.settled(
        cluster.pid(process), cluster.folder().resolve("tmp/" + process));
  }

  private static void assertFlat(List<ProcessFootprint> cycles) {
    String table = ProcessFootprint.table(cycles);
    assertThat(ProcessFootprint.slope(cycles, WARM, ProcessFootprint::rssWithoutCodeKib))
        .as("KiB of RSS a cycle, without compiled code: %s", table)
        .isLessThanOrEqualTo(MOST_RSS_KIB);
    assertThat(ProcessFootprint.slope(cycles, WARM, ProcessFootprint::metaspaceKib))
        .as("KiB of metaspace a cycle: %s", table)
        .isLessThanOrEqualTo(MOST_METASPACE_KIB);
    assertSteady(cycles, ProcessFootprint::libraries, 1, "mapped libraries");
    assertSteady(cycles, ProcessFootprint::temporaryFiles, 1, "temporary files");
    assertSteady(cycles, ProcessFootprint::threads, 8, "threads");
    assertSteady(cycles, ProcessFootprint::descriptors, 16, "file descriptors");
  }

  /**
   * Compares the least of the second half with the least of the first, both after the warm-up: what
   * comes and goes, connections to the image server for instance, is in neither, and what leaks
   * each cycle is in the second eight times more.
   */
  private static void assertSteady(
      List<ProcessFootprint> cycles,
      ToLongFunction<ProcessFootprint> value,
      long most,
      String what) {
    int middle = (WARM + cycles.size()) / 2;
    long before = least(cycles.subList(WARM, middle), value);
    long after = least(cycles.subList(middle, cycles.size()), value);
    assertThat(after - before)
        .as("%s, from %d to %d: %s", what, before, after, ProcessFootprint.table(cycles))
        .isLessThan(most);
  }

  private static long least(List<ProcessFootprint> cycles, ToLongFunction<ProcessFootprint> value) {
    return cycles.stream().mapToLong(value).min().orElseThrow();
  }
}
