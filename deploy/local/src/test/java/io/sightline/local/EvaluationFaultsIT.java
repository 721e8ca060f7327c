// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.schemas.EvaluationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A report is the same to the last byte, whatever fails, and at any parallelism after it. */
@Timeout(180)
class EvaluationFaultsIT {

  private static final int OUTCOMES = 60_000;
  private static final int PER_SECOND = 20_000;

  /** Of 30 s of event time, at 1 ms an outcome: five windows. */
  private static final String WINDOW = "6 s";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(4);

  @TempDir static Path folder;

  private static @Nullable List<EvaluationReport> undisturbed;

  private static List<EvaluationReport> undisturbed() throws Exception {
    if (undisturbed == null) {
      SyntheticEvaluation evaluation =
          new SyntheticEvaluation(OUTCOMES, 1_000_000, folder.resolve("undisturbed"));
      JobClient job = start(evaluation, 2, null, null, null);
      job.getJobExecutionResult().get(60, TimeUnit.SECONDS);
      undisturbed = evaluation.read();
    }
    return undisturbed;
  }

  @Test
  void anUndisturbedRunCountsEveryOutcomeOnce() throws Exception {
    List<EvaluationReport> reports = undisturbed();

    assertThat(reports).hasSize(6);
    EvaluationReport all = reports.get(5);
    assertThat(all.getWindowStart()).isNull();
    assertThat(all.getImages()).isEqualTo(OUTCOMES / 20 * 18);
    assertThat(all.getRejected()).isEqualTo(OUTCOMES / 20 * 2);
    assertThat(all.getRejections())
        .extracting(why -> why.getStage() + "/" + why.getReason() + " " + why.getCount())
        .containsExactly(
            "evaluate/unknown-label 3000",
            "parse/empty-record 1500",
            "parse/malformed-record 1500");
    assertThat(reports.subList(0, 5))
        .extracting(EvaluationReport::getImages)
        .containsOnly(OUTCOMES / 20 * 18 / 5L);
  }

  @Test
  void tenFailuresAndARestoreAtAnotherParallelismChangeNoByte() throws Exception {
    SyntheticEvaluation evaluation =
        new SyntheticEvaluation(OUTCOMES, PER_SECOND, folder.resolve("disturbed"));
    Path checkpoints = folder.resolve("checkpoints");
    try (Strikes strikes = Strikes.create(20261124, 10, OUTCOMES * 9 / 10)) {
      JobClient job = start(evaluation, 2, null, checkpoints, strikes);
      await().atMost(PATIENCE).until(() -> strikes.struck() >= 5);
      await().atMost(PATIENCE).until(() -> newest(checkpoints).isPresent());
      job.cancel().get(60, TimeUnit.SECONDS); // no savepoint: as a cluster that is gone
      await().atMost(PATIENCE).until(() -> job.getJobStatus().get().isGloballyTerminalState());
      String restored = newest(checkpoints).orElseThrow().toUri().toString();

      JobClient again = start(evaluation, 3, restored, checkpoints, strikes);
      again.getJobExecutionResult().get(120, TimeUnit.SECONDS);

      assertThat(strikes.struck()).isEqualTo(10);
      assertThat(strikes.records()).as("some came again").isGreaterThan(OUTCOMES);
    }
    assertSameBytes(evaluation.read());
  }

  @Test
  void aSavepointIsRestoredAtAnotherParallelism() throws Exception {
    SyntheticEvaluation evaluation =
        new SyntheticEvaluation(OUTCOMES, PER_SECOND, folder.resolve("rescaled"));
    String savepoint;
    try (Strikes strikes = Strikes.create(1, 0, 1)) {
      JobClient job = start(evaluation, 2, null, null, strikes);
      await().atMost(PATIENCE).until(() -> strikes.records() > OUTCOMES / 3);
      savepoint =
          job.stopWithSavepoint(
                  false,
                  folder.resolve("savepoints").toUri().toString(),
                  SavepointFormatType.CANONICAL)
              .get(60, TimeUnit.SECONDS);
      long before = strikes.records();
      JobClient again = start(evaluation, 4, savepoint, null, strikes);
      again.getJobExecutionResult().get(60, TimeUnit.SECONDS);

      assertThat(before).isLessThan(OUTCOMES);
      assertThat(strikes.records()).isEqualTo(OUTCOMES);
    }
    assertSameBytes(evaluation.read());
  }

  private static void assertSameBytes(List<EvaluationReport> reports) throws Exception {
    List<EvaluationReport> expected = undisturbed();
    assertThat(reports).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(reports.get(i)).isEqualTo(expected.get(i));
      assertThat(reports.get(i).toByteBuffer()).isEqualTo(expected.get(i).toByteBuffer());
    }
  }

  private static JobClient start(
      SyntheticEvaluation evaluation,
      int parallelism,
      @Nullable String restored,
      @Nullable Path checkpoints,
      @Nullable Strikes strikes)
      throws Exception {
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 20);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(50));
    if (checkpoints != null) {
      flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
      flink.set(
          CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
          ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    }
    if (restored != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, restored);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(parallelism);
    evaluation.define(env, WINDOW, strikes);
    return env.executeAsync("evaluation");
  }

  /** The newest checkpoint that is complete. */
  private static Optional<Path> newest(Path checkpoints) throws IOException {
    if (!Files.exists(checkpoints)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.walk(checkpoints)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .map(Path::getParent)
          .max(
              Comparator.comparingInt(
                  chk -> Integer.parseInt(chk.getFileName().toString().substring(4))));
    }
  }
}
