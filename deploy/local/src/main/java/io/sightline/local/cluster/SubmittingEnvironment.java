// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.DetachedJobExecutionResult;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * The environment that a job's command meets while it is submitted: what it executes goes to the
 * cluster, and the command does not wait for its end. ({@code flink run -d} has the same from
 * Flink's {@code StreamContextEnvironment}, which does not give the graph away.)
 */
final class SubmittingEnvironment extends StreamExecutionEnvironment {

  /** Takes a job to the cluster. */
  interface Submission {
    void submit(JobGraph job) throws Exception;
  }

  private final Path jar;
  private final Submission submission;

  private SubmittingEnvironment(Configuration configuration, Path jar, Submission submission) {
    super(configuration, SubmittingEnvironment.class.getClassLoader());
    this.jar = jar;
    this.submission = submission;
  }

  /**
   * Runs a command.
   *
   * @param cluster defaults of the job's own options
   * @param jar with the job's code
   */
  static <T> T during(
      Configuration cluster, java.nio.file.Path jar, Submission submission, Callable<T> command)
      throws Exception {
    initializeContextEnvironment(
        program -> {
          Configuration both = new Configuration(cluster);
          both.addAll(program);
          return new SubmittingEnvironment(both, new Path(jar.toUri()), submission);
        });
    try {
      return command.call();
    } finally {
      resetContextEnvironment();
    }
  }

  @Override
  public JobExecutionResult execute(StreamGraph graph) throws Exception {
    return new DetachedJobExecutionResult(submit(graph));
  }

  @Override
  public JobClient executeAsync(StreamGraph graph) {
    throw new UnsupportedOperationException(
        "A command that waits for its job's results can't be submitted: run it without 'cluster submit'");
  }

  private JobID submit(StreamGraph graph) throws Exception {
    Configuration all = new Configuration();
    all.addAll((Configuration) getConfiguration());
    JobID id = new JobID();
    JobGraph job =
        PipelineExecutorUtils.getStreamGraph(graph, all).getJobGraph(getUserClassloader(), id);
    job.addJar(jar);
    job.setSavepointRestoreSettings(SavepointRestoreSettings.fromConfiguration(all));
    submission.submit(job);
    return id;
  }
}
