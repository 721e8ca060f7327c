// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import io.sightline.testing.SharedFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What TaskManagers take outside their heap, against what they say that they need. Each point is a
 * cluster of its own: an allocator gives little back.
 *
 * <p>Measured is how much the resident memory of the process grows from before the job to its
 * steady state, less what the JVM says that its metaspace and code cache grew by: Flink has budgets
 * of its own for these. The heap is touched from the start.
 */
@Timeout(1200)
class ClusterMemoryE2E {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String SQUEEZENET = "squeezenet1_1";
  private static final String RESNET = "resnet50_constant_weights";

  /** Images of a wave, at least. */
  private static final int LEAST_WAVE = 128;

  /** Batches of a wave: enough to fill all that may be under way, in two slots of one worker. */
  private static final int WAVE_BATCHES = 8;

  private static final int LEAST_WAVES = 4;
  private static final int MOST_WAVES = 10;

  /** A wave that adds less is the last one. */
  private static final double STEADY = 0.02;

  private static final String NON_HEAP = "Status.JVM.Memory.NonHeap.Committed";

  private static final Pattern NEED =
      Pattern.compile(
          "A TaskManager needs (\\d+) MiB outside its heap .*\\(weights (\\d+) MiB, a run of \\d+ images (\\d+) MiB\\)");

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static UnpackedDistribution distribution;
  private static List<String> images;

  /**
   * A point of the measurement.
   *
   * @param heldOut whether the formula's coefficients were fitted without it
   */
  private record Point(String model, int batch, int slots, boolean heldOut) {

    String name() {
      return "%s-batch-%d-slots-%d".formatted(model, batch, slots);
    }

    int wave() {
      return Math.max(LEAST_WAVE, WAVE_BATCHES * batch);
    }
  }

  private record Result(Point point, long weights, long run, long computed, double measured) {

    double deviation() {
      return computed / measured - 1;
    }
  }

  private static final List<Point> POINTS =
      List.of(
          new Point(SQUEEZENET, 8, 1, false),
          new Point(SQUEEZENET, 8, 2, false),
          new Point(SQUEEZENET, 32, 1, false),
          new Point(SQUEEZENET, 32, 2, true),
          new Point(RESNET, 8, 1, false),
          new Point(RESNET, 8, 2, false),
          new Point(RESNET, 32, 1, true),
          new Point(RESNET, 32, 2, false));

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.create();
    distribution = UnpackedDistribution.in(folder);
    try (Stream<Path> files = Files.list(SharedFolder.resolve("images/imagenet-200/images"))) {
      images = files.sorted().map(file -> file.toUri().toString()).toList();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void taskManagersTakeWhatTheySayThatTheyNeed() throws Exception {
    List<Result> results = new ArrayList<>();
    for (Point point : POINTS) {
      results.add(measure(point));
    }
    String table = table(results);
    System.out.println(table);
    assertThat(results)
        .allSatisfy(
            result ->
                assertThat((double) result.computed)
                    .as("%s, in %s", result.point.name(), table)
                    .isCloseTo(result.measured, withinPercentage(15)));
  }

  private static Result measure(Point point) throws Exception {
    Path root = folder.resolve(point.name());
    try (ClusterProcesses cluster =
        ClusterProcesses.start(
            distribution,
            root,
            1,
            point.slots(),
            "env.java.opts.taskmanager=-XX:+AlwaysPreTouch",
            // Little enough for the warning, which this test reads, too.
            "taskmanager.memory.task.off-heap.size=128m")) {
      double before = outsideMib(cluster);
      ClassifyRun run =
          ClassifyRun.create(
              broker,
              folder,
              point.name(),
              2,
              SharedFolder.resolve("models/" + point.model()),
              Map.of(
                  "parallelism.default",
                  Integer.toString(point.slots()),
                  "batch.max-size",
                  Integer.toString(point.batch()),
                  // However busy the machine is, batches are full.
                  "batch.max-delay",
                  "2 s"));
      String job = cluster.submit("classify", "--config", run.config().toString());
      double measured = steadyMib(cluster, run, before, point.wave());
      cluster.cancel(job);
      String log = cluster.log("taskmanager-1");
      assertThat(log).contains("and this one is given 128 MiB");
      Matcher need = NEED.matcher(log);
      assertThat(need.find()).isTrue();
      return new Result(
          point,
          Long.parseLong(need.group(2)),
          Long.parseLong(need.group(3)),
          Long.parseLong(need.group(1)),
          measured);
    }
  }

  /** Publishes waves of images until one of them adds next to nothing to what was there before. */
  private static double steadyMib(
      ClusterProcesses cluster, ClassifyRun run, double before, int wave) throws Exception {
    List<Double> waves = new ArrayList<>();
    try (OutcomeLedger ledger = run.ledger()) {
      while (waves.size() < MOST_WAVES && !steady(waves)) {
        String prefix = "wave-" + waves.size() + "-";
        List<String> ids = IntStream.range(0, wave).mapToObj(i -> prefix + i).toList();
        run.publish(
            ids, IntStream.range(0, wave).mapToObj(i -> images.get(i % images.size())).toList());
        ledger.published(ids);
        ledger.awaitOpen(0, PATIENCE);
        waves.add(outsideMib(cluster) - before);
      }
      assertThat(ledger.rejections()).isZero();
    }
    System.out.printf("%s: %s MiB%n", run.name(), waves);
    return waves.get(waves.size() - 1);
  }

  private static boolean steady(List<Double> waves) {
    int last = waves.size() - 1;
    return waves.size() >= LEAST_WAVES && waves.get(last) < (1 + STEADY) * waves.get(last - 1);
  }

  /** Resident memory, less metaspace and code cache. */
  private static double outsideMib(ClusterProcesses cluster) throws Exception {
    double rss =
        ProcessFootprint.of(
                    cluster.pid("taskmanager-1"), cluster.folder().resolve("tmp/taskmanager-1"))
                .rssKib()
            / 1024.0;
    // Asked for the first time, Flink begins to collect it.
    double nonHeap =
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    cluster
                            .get("/taskmanagers/taskmanager-1/metrics?get=" + NON_HEAP)
                            .path(0)
                            .path("value")
                            .asDouble()
                        / (1 << 20),
                value -> value > 0);
    return rss - nonHeap;
  }

  private static String table(List<Result> results) {
    StringBuilder table =
        new StringBuilder(
            "%nmodel                       batch  slots  weights  run  measured  computed  deviation"
                .formatted());
    for (Result each : results) {
      table.append(
          "%n%-26s %6d %6d %8d %4d %9.0f %9d %9.1f%%%s"
              .formatted(
                  each.point.model(),
                  each.point.batch(),
                  each.point.slots(),
                  each.weights,
                  each.run,
                  each.measured,
                  each.computed,
                  100 * each.deviation(),
                  each.point.heldOut() ? "  held out" : ""));
    }
    return table.toString();
  }
}
