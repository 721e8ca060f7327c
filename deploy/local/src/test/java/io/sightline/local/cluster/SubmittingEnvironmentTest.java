// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.job.Sightline;
import io.sightline.testing.OnnxGraphs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job that is submitted makes of what its cluster says for all jobs. Submits none. */
class SubmittingEnvironmentTest {

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aClusterWhoseCheckpointsAreTooWeakForTheJobIsNamedBeforeAnythingIsStarted()
      throws Exception {
    int code =
        classify(
            Map.of(
                "execution.checkpointing.mode", "AT_LEAST_ONCE",
                "execution.checkpointing.min-pause", "15 min"));

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("Nothing was started")
        .containsPattern(
            "execution.checkpointing.mode must be EXACTLY_ONCE, .*; the cluster has set"
                + " execution.checkpointing.mode: AT_LEAST_ONCE")
        .containsPattern(
            "sink.transaction-timeout must .*; the cluster has set"
                + " execution.checkpointing.min-pause: 15 min");
  }

  @Test
  void whatTheClusterSaysGoesOverOurDefaultsAndTheJobsOwnConfigurationOverThat() throws Exception {
    int code =
        classify(
            Map.of(
                "execution.checkpointing.interval", "1 min",
                "execution.checkpointing.mode", "AT_LEAST_ONCE",
                "execution.checkpointing.unaligned.enabled", "false"),
            "--set",
            "classify.exchange=always",
            "--set",
            "execution.checkpointing.mode=EXACTLY_ONCE");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^  execution.checkpointing.interval +1 min +the cluster$")
        .containsPattern("(?m)^  checkpoints every 60000 ms, aligned$");
  }

  /** Explains a job on a cluster. */
  private int classify(Map<String, String> cluster, String... more) throws Exception {
    Path model = OnnxGraphs.classifier(4, 8, 8).writeFolder(folder.resolve("model"));
    List<String> arguments = new ArrayList<>(List.of("classify", "--explain"));
    for (String option :
        List.of(
            "source.kafka.bootstrap-servers=127.0.0.1:1",
            "source.topics=references",
            "model.dir=" + model,
            "sink.topic=events",
            "rejections.topic=rejections")) {
      arguments.addAll(List.of("--set", option));
    }
    arguments.addAll(List.of(more));
    return SubmittingEnvironment.during(
        Configuration.fromMap(cluster),
        folder.resolve("job.jar"),
        job -> {
          throw new AssertionError("submitted");
        },
        () ->
            Sightline.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new)));
  }
}
