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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose {@code lib/} can't be touched runs the jobs from a jar that has it all. */
@Timeout(600)
class ClusterFatJarE2E {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int SUBMISSIONS = 3;

  @TempDir Path folder;

  @Test
  void itIsSubmittedSeveralTimesAndRestartsAndSaysWhatThatCosts() throws Exception {
    UnpackedDistribution distribution = UnpackedDistribution.in(folder);
    Path jar = folder.resolve("fat.jar");
    distribution.end(distribution.home().resolve("bin/fat-jar.sh"), 0, jar.toString());
    try (EmbeddedBroker broker = EmbeddedBroker.create();
        ColourServer images = ColourServer.start();
        ClusterProcesses cluster =
            ClusterProcesses.startWithoutNatives(distribution, folder.resolve("cluster"), 2)) {
      String uploaded = cluster.upload(jar);
      List<ProcessFootprint> footprints = new ArrayList<>();
      for (int i = 1; i <= SUBMISSIONS; i++) {
        ClassifyRun run = run(broker, "fat-" + i);
        try (OutcomeLedger ledger = run.ledger()) {
          String job =
              cluster.runUploaded(uploaded, "classify", "--config", run.config().toString());
          publish(run, ledger, images, "submission-" + i);
          ledger.settle("submission " + i, () -> "", PATIENCE);
          images.down(true);
          publish(run, ledger, images, "failure-" + i);
          await().atMost(PATIENCE).until(() -> cluster.restarts(job) > 0);
          images.down(false);
          ledger.settle("failure " + i, () -> cluster.restarts(job) + " restarts", PATIENCE);
          footprints.add(
              ProcessFootprint.of(
                  cluster.pid("taskmanager-1"), cluster.folder().resolve("tmp/taskmanager-1")));
          assertThat(ledger.rejections()).isZero();
          System.out.println(ledger);
          cluster.cancel(job);
        }
      }
      System.out.println(ProcessFootprint.table(footprints));
      assertThat(cluster.log("taskmanager-1"))
          .contains("comes from the job's jar", "take it out of the jar")
          .doesNotContain("UnsatisfiedLinkError");
    }
  }

  private ClassifyRun run(EmbeddedBroker broker, String name) throws Exception {
    return ClassifyRun.create(
        broker,
        folder,
        name,
        2,
        SharedFolder.resolve("models/squeezenet1_1"),
        Map.of(
            "parallelism.default", "2",
            "fetch.on-unavailable", "fail",
            "fetch.patience", "0 s"));
  }

  private static void publish(
      ClassifyRun run, OutcomeLedger ledger, ColourServer images, String name) throws Exception {
    List<String> wave = IntStream.range(0, 40).mapToObj(i -> name + "-" + i).toList();
    run.publish(images, wave);
    ledger.published(wave);
  }
}
