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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job is stopped with a savepoint and goes on from it as another. */
@Timeout(600)
class ClusterUpgradeE2E {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int HELD = 12;

  @TempDir static Path folder;

  private static UnpackedDistribution distribution;
  private static EmbeddedBroker broker;
  private static ColourServer images;
  private static ClusterProcesses cluster;

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.create();
    images = ColourServer.start();
    distribution = UnpackedDistribution.in(folder);
    cluster = ClusterProcesses.start(distribution, folder.resolve("cluster"), 1, 3);
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
  void aJobGoesOnAtAnotherParallelismWithOtherBatches() throws Exception {
    ClassifyRun run =
        ClassifyRun.create(
            broker,
            folder,
            "upgraded",
            2,
            SharedFolder.resolve("models/squeezenet1_1"),
            Map.of("parallelism.default", "2"));
    String config = run.config().toString();
    String job = cluster.submit("classify", "--config", config);
    try (OutcomeLedger ledger = run.ledger()) {
      List<String> held = upToReferencesInFlight(run, ledger, "first");
      String savepoint = cluster.stopWithSavepoint(job);
      assertThat(cluster.state(job)).isEqualTo("FINISHED");
      publishMore(run, ledger, "meanwhile");
      job =
          cluster.submit(
              "classify",
              "--config",
              config,
              "--set",
              "execution.state-recovery.path=" + savepoint,
              "--set",
              "parallelism.default=3",
              "--set",
              "batch.max-size=4");
      awaitFetchedAgain(held);
      images.release();
      ledger.settle("savepoint, from 2 to 3, batches of 4", () -> HELD + " in flight", PATIENCE);

      held = upToReferencesInFlight(run, ledger, "second");
      Path flink = flinkCommand();
      assertThat(upgrade(2, flink, job, config, "--set", "batch.maxsize=16"))
          .contains("did you mean batch.max-size?", job + " runs on");
      assertThat(cluster.state(job)).isEqualTo("RUNNING");
      String output =
          upgrade(
              0,
              flink,
              job,
              config,
              "--set",
              "parallelism.default=1",
              "--set",
              "batch.max-size=16");
      job = output.lines().filter(line -> line.matches("[0-9a-f]{32}")).findFirst().orElseThrow();
      awaitFetchedAgain(held);
      images.release();
      publishMore(run, ledger, "last");
      ledger.settle("upgrade.sh, from 3 to 1, batches of 16", () -> HELD + " in flight", PATIENCE);

      System.out.println(ledger);
      cluster.awaitRunning(job);
      cluster.cancel(job);
    }
  }

  /** Publishes images, of which some wait for their server, in front of a completed checkpoint. */
  private static List<String> upToReferencesInFlight(
      ClassifyRun run, OutcomeLedger ledger, String name) throws Exception {
    List<String> wave = IntStream.range(0, 100).mapToObj(i -> name + "-" + i).toList();
    List<String> held = wave.subList(20, 20 + HELD);
    images.hold(held);
    run.publish(images, wave);
    ledger.published(wave);
    ledger.awaitOpen(held.size(), PATIENCE);
    await().atMost(PATIENCE).until(() -> held.stream().allMatch(id -> images.requests(id) == 1));
    return held;
  }

  private static void publishMore(ClassifyRun run, OutcomeLedger ledger, String name)
      throws Exception {
    List<String> wave = IntStream.range(0, 60).mapToObj(i -> name + "-" + i).toList();
    run.publish(images, wave);
    ledger.published(wave);
  }

  /** The new job has them from the savepoint: the source has read them once. */
  private static void awaitFetchedAgain(List<String> held) {
    await().atMost(PATIENCE).until(() -> held.stream().allMatch(id -> images.requests(id) == 2));
  }

  private static String upgrade(
      int exitCode, Path flink, String job, String config, String... options) throws Exception {
    List<String> arguments =
        Stream.concat(
                Stream.of(job, cluster.jobJar().toString(), "classify", "--config", config),
                Stream.of(options))
            .toList();
    return distribution.end(
        distribution.home().resolve("bin/upgrade.sh"),
        Map.of("FLINK", flink.toString()),
        exitCode,
        arguments.toArray(String[]::new));
  }

  /** Flink's own command line, as {@code bin/flink} of its distribution starts it. */
  private static Path flinkCommand() throws Exception {
    Path script =
        Files.writeString(
            folder.resolve("flink"),
            """
            #!/bin/sh
            export FLINK_CONF_DIR='%s'
            opens=
            for package in java.lang java.lang.invoke java.net java.io java.nio java.text java.time java.util; do
              opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"
            done
            exec '%s/bin/java' $opens -cp '%s/lib/local/*' org.apache.flink.client.cli.CliFrontend "$@"
            """
                .formatted(
                    cluster.folder().resolve("conf"),
                    System.getProperty("java.home"),
                    distribution.home()));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }
}
