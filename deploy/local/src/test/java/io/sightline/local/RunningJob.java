// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.EvaluateJobConfig;
import io.sightline.config.Problems;
import io.sightline.config.ResolvedConfiguration;
import io.sightline.config.SinkSettings;
import io.sightline.job.ClassifyJob;
import io.sightline.job.EvaluateJob;
import io.sightline.job.RestoreCheck;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.sink.Sinks;
import io.sightline.source.KafkaSources;
import io.sightline.source.SourcePartitions;
import io.sightline.source.SubmittedAt;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A classify or evaluate job on the MiniCluster of the test; closing it cancels it. */
final class RunningJob implements AutoCloseable {

  private static final SourcePartitions PARTITIONS = SourcePartitions.of("references", 2);

  private final JobClient client;

  private RunningJob(JobClient client) {
    this.client = client;
  }

  /** Starts the job as the command line does. */
  static RunningJob start(Map<String, String> options) throws Exception {
    ClassifyJobConfig config = config(options);
    StreamExecutionEnvironment env = defined(config);
    assertThat(restoreProblems(env, config.sinks())).isEmpty();
    return new RunningJob(env.executeAsync(config.jobName()));
  }

  /** Why the command line would not restore the job. */
  static List<String> problems(Map<String, String> options) {
    ClassifyJobConfig config = config(options);
    return restoreProblems(defined(config), config.sinks());
  }

  private static StreamExecutionEnvironment defined(ClassifyJobConfig config) {
    StreamExecutionEnvironment env = environment(config);
    ClassifyJob.define(env, config, model(config), PARTITIONS);
    return env;
  }

  private static List<String> restoreProblems(
      StreamExecutionEnvironment env, Map<String, SinkSettings> sinks) {
    Problems problems = new Problems();
    RestoreCheck.check(env, sinks, problems);
    return problems.messages();
  }

  /** Starts the job with functions and commits that note what passes and fail as a plan has it. */
  static RunningJob start(Map<String, String> options, FaultPlan plan) throws Exception {
    ClassifyJobConfig config = config(options);
    StreamExecutionEnvironment env = environment(config);
    ClassifyJob.define(
        env,
        config,
        model(config),
        PARTITIONS,
        start ->
            start
                .fromSource(
                    KafkaSources.create(config.source()),
                    SubmittedAt.watermarks(config.source()),
                    "References")
                .uid("source-of-test")
                .map(new FaultTaps.Records(plan))
                .uid("records-of-test"),
        events ->
            events
                .map(new FaultTaps.Events(plan))
                .sinkTo(
                    FaultyCommits.around(
                        Sinks.events(config.events()),
                        plan,
                        FaultPlan.Place.BEFORE_COMMIT_OF_EVENTS,
                        FaultPlan.Place.AFTER_COMMIT_OF_EVENTS))
                .uid("events-of-test"),
        rejections ->
            rejections
                .map(new FaultTaps.Rejections(plan))
                .sinkTo(
                    FaultyCommits.around(
                        Sinks.rejections(config.rejections()),
                        plan,
                        FaultPlan.Place.BEFORE_COMMIT_OF_REJECTIONS,
                        FaultPlan.Place.AFTER_COMMIT_OF_REJECTIONS))
                .uid("rejections-of-test"));
    assertThat(restoreProblems(env, config.sinks())).isEmpty();
    return new RunningJob(env.executeAsync(config.jobName()));
  }

  /** Starts an evaluate job as the command line does. */
  static RunningJob startEvaluation(Map<String, String> options) throws Exception {
    Problems problems = new Problems();
    EvaluateJobConfig config =
        EvaluateJobConfig.read(ResolvedConfiguration.of(Configuration.fromMap(options)), problems);
    assertThat(problems.messages()).isEmpty();
    StreamExecutionEnvironment env = environment(config.classify());
    EvaluateJob.define(env, config, model(config.classify()), PARTITIONS);
    assertThat(restoreProblems(env, config.sinks())).isEmpty();
    return new RunningJob(env.executeAsync(config.classify().jobName()));
  }

  private static ClassifyJobConfig config(Map<String, String> options) {
    Problems problems = new Problems();
    ClassifyJobConfig config = ClassifyJobConfig.read(Configuration.fromMap(options), problems);
    assertThat(problems.messages()).isEmpty();
    return config;
  }

  private static StreamExecutionEnvironment environment(ClassifyJobConfig config) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.flink());
    config.flink().getOptional(CoreOptions.DEFAULT_PARALLELISM).ifPresent(env::setParallelism);
    return env;
  }

  private static ModelDescriptor model(ClassifyJobConfig config) {
    Problems problems = new Problems();
    ModelDescriptor model =
        ModelFolder.read(Path.of(requireNonNull(config.model().dir())), config.model(), problems);
    assertThat(problems.messages()).isEmpty();
    return requireNonNull(model);
  }

  JobID id() {
    return client.getJobID();
  }

  boolean isRunning() throws Exception {
    return client.getJobStatus().get() == JobStatus.RUNNING;
  }

  /** Takes a savepoint, with which the job goes on, and says where it lies. */
  String takeSavepoint(Path folder) throws Exception {
    return client
        .triggerSavepoint(folder.toUri().toString(), SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
  }

  /** Ends the job with a savepoint, and says where it lies. */
  String stopWithSavepoint(Path folder) throws Exception {
    return client
        .stopWithSavepoint(false, folder.toUri().toString(), SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    if (!client.getJobStatus().get().isGloballyTerminalState()) {
      client.cancel().get(60, TimeUnit.SECONDS);
      while (!client.getJobStatus().get().isGloballyTerminalState()) {
        Thread.sleep(20);
      }
    }
  }
}
