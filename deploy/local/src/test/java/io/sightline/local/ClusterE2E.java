// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.testing.SharedFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The classify job on two TaskManagers of two slots each, all of them processes of a distribution,
 * with a Kafka broker and SqueezeNet: whatever is killed, every reference has exactly one committed
 * event or rejection.
 */
@Timeout(600)
class ClusterE2E {

  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final Duration STALL = Duration.ofSeconds(30);
  private static final int SLOTS = 4;

  /** Images that a strike meets in open batches, and as many that it meets on their way. */
  private static final int CAUGHT = 12;

  /** Long enough that an image which is in an open batch is still there when it strikes. */
  private static final Duration BATCH_DELAY = Duration.ofSeconds(5);

  private static final AtomicInteger RUNS = new AtomicInteger();

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static ColourServer images;
  private static Path model;
  private static ClusterProcesses cluster;

  private String job = "";

  @BeforeAll
  static void start() throws Exception {
    model = SharedFolder.resolve("models/squeezenet1_1");
    broker = EmbeddedBroker.create();
    images = ColourServer.start();
    cluster =
        ClusterProcesses.start(
            UnpackedDistribution.in(folder), folder.resolve("cluster"), 2, SLOTS / 2);
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

  @AfterEach
  void cancel() throws Exception {
    images.release();
    if (!job.isEmpty() && cluster.state(job).equals("RUNNING")) {
      cluster.cancel(job);
    }
  }

  @ParameterizedTest(name = "{0} partitions")
  @ValueSource(ints = {1, 4})
  void allSlotsShareTheImagesWhateverTheNumberOfPartitions(int partitions) throws Exception {
    List<String> files;
    try (Stream<Path> all = Files.list(SharedFolder.resolve("images/imagenet-200/images"))) {
      files = all.sorted().map(path -> path.toUri().toString()).toList();
    }
    ClassifyRun run = run(partitions, Map.of());
    List<String> ids = IntStream.range(0, 400).mapToObj(i -> "photo-" + i).toList();
    run.publish(ids, IntStream.range(0, 400).mapToObj(i -> files.get(i % files.size())).toList());
    job = submit(run);

    try (OutcomeLedger ledger = run.ledger()) {
      ledger.published(ids);
      ledger.settle(partitions + " partitions, 400 photographs", () -> "", PATIENCE);
      await()
          .atMost(PATIENCE)
          .until(() -> sum(cluster.bySubtask(job, "numImagesClassified")) == 400);
      Map<String, Long> bySlot = cluster.bySubtask(job, "numImagesClassified");

      System.out.println(ledger + " " + bySlot);
      assertThat(ledger.rejections()).isZero();
      assertThat(bySlot).hasSize(SLOTS).allSatisfy((slot, n) -> assertThat(n).isPositive());
      assertThat(bySlot.keySet())
          .filteredOn(slot -> slot.endsWith("@taskmanager-1"))
          .hasSize(SLOTS / 2);
      assertThat(cluster.get("/overview").path("slots-available").asInt()).isZero();
      assertThat(cluster.command(0, "status"))
          .contains("0 of 4 free, on 2 TaskManagers", job + " RUNNING");
    }
  }

  @Test
  @Tag("short")
  void aKilledTaskManagerLosesAndDoublesNothing() throws Exception {
    ClassifyRun run = run(1);
    job = submit(run);
    cluster.awaitRunning(job);
    try (OutcomeLedger ledger = run.ledger()) {
      strikeUnderLoad(
          run,
          ledger,
          "kill -9 of taskmanager-1",
          () -> cluster.command(0, "kill-taskmanager", "1"));
      System.out.println(ledger);
    }
  }

  @Test
  void fiveKilledTaskManagersLoseAndDoubleNothing() throws Exception {
    ClassifyRun run = run(4);
    job = submit(run);
    cluster.awaitRunning(job);
    try (OutcomeLedger ledger = run.ledger()) {
      for (int i = 0; i < 5; i++) {
        String name = "taskmanager-" + (i % 2 + 1);
        Fault kill = () -> cluster.killAndAwaitAnother(name);
        if (i % 2 == 0) {
          strikeOpenBatches(run, ledger, "kill -9 of " + name, kill);
        } else {
          strikeUnderLoad(run, ledger, "kill -9 of " + name, kill);
        }
      }
      System.out.println(ledger);
    }
  }

  @Test
  void aKilledJobManagerIsFollowedByOneThatGoesOnFromTheLastCheckpoint() throws Exception {
    ClassifyRun run = run(4);
    job = submit(run);
    cluster.awaitRunning(job);
    try (OutcomeLedger ledger = run.ledger()) {
      strikeOpenBatches(
          run, ledger, "kill -9 of jobmanager", () -> cluster.killAndAwaitAnother("jobmanager"));
      System.out.println(ledger);
      String before = job;
      job = cluster.running(run.name());
      assertThat(
              cluster
                  .get("/jobs/" + job + "/checkpoints")
                  .at("/latest/restored/external_path")
                  .asText())
          .contains("/checkpoints/" + before + "/chk-");
    }
  }

  @Test
  void aRestartOfTheBrokerLosesAndDoublesNothing() throws Exception {
    ClassifyRun run = run(4);
    job = submit(run);
    cluster.awaitRunning(job);
    try (OutcomeLedger ledger = run.ledger()) {
      strikeUnderLoad(
          run,
          ledger,
          "restart of the broker",
          () -> {
            broker.stop();
            broker.start();
          });
      System.out.println(ledger);
    }
  }

  @Test
  void aServerThatStallsLosesAndDoublesNothing() throws Exception {
    ClassifyRun run = run(4);
    job = submit(run);
    cluster.awaitRunning(job);
    try (OutcomeLedger ledger = run.ledger()) {
      stall(run, ledger);
      System.out.println(ledger);
    }
  }

  /**
   * Strikes while some images are in open batches and no others are on their way but those that
   * wait for their server. A batch is open until it is full, which these can't fill, or {@link
   * #BATCH_DELAY} old: what was given whole and is fetched again was in one when it struck.
   */
  private static void strikeOpenBatches(
      ClassifyRun run, OutcomeLedger ledger, String trial, Fault fault) throws Exception {
    List<String> wave = wave();
    List<String> held =
        wave.stream().filter(id -> Character.isDigit(id.charAt(0))).limit(2 * CAUGHT).toList();
    images.hold(held);
    run.publish(images, wave);
    ledger.published(wave);
    ledger.awaitOpen(held.size(), PATIENCE);
    await().atMost(PATIENCE).until(() -> held.stream().allMatch(id -> images.requests(id) == 1));
    List<String> batched = held.subList(0, CAUGHT);
    List<String> fetched = held.subList(CAUGHT, held.size());
    images.release(batched);
    await()
        .atMost(BATCH_DELAY)
        .until(() -> batched.stream().allMatch(id -> images.answers(id) == 1));
    fault.happen();
    images.release();
    ledger.settle(
        trial + ", open batches",
        () ->
            "%d of %d in open batches and %d of %d on their way were fetched again"
                .formatted(again(batched), batched.size(), again(fetched), fetched.size()),
        PATIENCE);
    assertThat(again(batched)).as("fetched again, of those in open batches").isPositive();
  }

  /**
   * Strikes while some images are classified and not committed, some are on their way, and some
   * wait for their server: what is in flight comes again.
   */
  private static void strikeUnderLoad(
      ClassifyRun run, OutcomeLedger ledger, String trial, Fault fault) throws Exception {
    List<String> wave = wave();
    List<String> slow = wave.subList(wave.size() / 2, wave.size() / 2 + 20);
    images.hold(slow);
    run.publish(images, wave);
    ledger.published(wave);
    await()
        .atMost(PATIENCE)
        .until(() -> slow.stream().mapToInt(images::requests).sum() >= slow.size() / 2);
    ledger.read(Duration.ZERO);
    int open = ledger.open();
    fault.happen();
    images.release();
    ledger.settle(
        trial + ", under load",
        () -> "%d open when it struck, %d fetched again".formatted(open, again(wave)),
        PATIENCE);
    assertThat(open).as("open references when it struck").isGreaterThanOrEqualTo(slow.size());
  }

  private static void stall(ClassifyRun run, OutcomeLedger ledger) throws Exception {
    List<String> wave = wave();
    images.hold(wave);
    run.publish(images, wave);
    ledger.published(wave);
    await().atMost(PATIENCE).until(() -> wave.stream().anyMatch(id -> images.requests(id) > 0));
    await().pollDelay(STALL).atMost(STALL.plus(PATIENCE)).until(() -> true);
    assertThat(ledger.open()).isEqualTo(wave.size());
    images.release();
    ledger.settle(
        "stall of the image server, " + STALL.toSeconds() + " s",
        () -> "%d fetched again".formatted(again(wave)),
        PATIENCE);
  }

  private static ClassifyRun run(int partitions) throws Exception {
    return run(
        partitions,
        Map.of("batch.max-size", "32", "batch.max-delay", BATCH_DELAY.toSeconds() + " s"));
  }

  private static ClassifyRun run(int partitions, Map<String, String> more) throws Exception {
    String name = "e2e-" + RUNS.incrementAndGet();
    return ClassifyRun.create(broker, folder, name, partitions, model, more);
  }

  private static String submit(ClassifyRun run) throws Exception {
    return cluster.submit("classify", "--config", run.config().toString());
  }

  private static long again(List<String> wave) {
    return wave.stream().filter(id -> images.requests(id) > 1).count();
  }

  /** Images of one colour each, some that are missing, and some that are no images. */
  private static List<String> wave() {
    int run = RUNS.incrementAndGet();
    return IntStream.range(0, 240)
        .mapToObj(i -> (i % 20 == 7 ? "missing-" : i % 20 == 13 ? "text-" : "") + run + "-" + i)
        .toList();
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Something that goes wrong. */
  private interface Fault {
    void happen() throws Exception;
  }
}
