// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.messages.webmonitor.ClusterOverview;
import org.apache.flink.streaming.api.graph.ExecutionPlan;
import org.apache.flink.util.ExceptionUtils;

/** Flink's REST client, for one question after the other. Thread-safe. */
final class ClusterClient implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A savepoint waits for what is in flight. */
  private static final Duration SAVEPOINT_PATIENCE = Duration.ofMinutes(10);

  private final RestClusterClient<StandaloneClusterId> rest;

  private ClusterClient(RestClusterClient<StandaloneClusterId> rest) {
    this.rest = rest;
  }

  /** A client of a cluster, which need not answer yet. */
  static ClusterClient of(Configuration flink) throws Exception {
    Configuration own = new Configuration(flink);
    own.set(RestOptions.RETRY_MAX_ATTEMPTS, 1);
    own.set(RestOptions.RETRY_DELAY, Duration.ofMillis(200));
    return new ClusterClient(new RestClusterClient<>(own, StandaloneClusterId.getInstance()));
  }

  /** Address of the web interface and of the REST endpoint. */
  static String address(Configuration flink) {
    return "http://%s:%d".formatted(flink.get(RestOptions.ADDRESS), flink.get(RestOptions.PORT));
  }

  ClusterOverview overview() throws ClusterFailure, InterruptedException {
    return answer(rest.getClusterOverview(), PATIENCE);
  }

  /** The jobs that this JobManager knows, the oldest first. */
  List<JobStatusMessage> jobs() throws ClusterFailure, InterruptedException {
    return answer(rest.listJobs(), PATIENCE).stream()
        .sorted(Comparator.comparingLong(JobStatusMessage::getStartTime))
        .toList();
  }

  JobID submit(ExecutionPlan job) throws ClusterFailure, InterruptedException {
    return answer(rest.submitJob(job), PATIENCE);
  }

  /**
   * Takes a savepoint in the cluster's folder.
   *
   * @param stop whether the job ends with it
   * @return where it lies
   */
  String savepoint(JobID job, boolean stop) throws ClusterFailure, InterruptedException {
    CompletableFuture<String> path =
        stop
            ? rest.stopWithSavepoint(job, false, null, SavepointFormatType.CANONICAL)
            : rest.triggerSavepoint(job, null, SavepointFormatType.CANONICAL);
    return answer(path, SAVEPOINT_PATIENCE);
  }

  private static <T> T answer(CompletableFuture<T> question, Duration patience)
      throws ClusterFailure, InterruptedException {
    try {
      return question.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = ExceptionUtils.stripExecutionException(e);
      throw new ClusterFailure("The JobManager says: " + firstLine(cause), cause);
    } catch (TimeoutException e) {
      throw new ClusterFailure(
          "The JobManager did not answer within %d s".formatted(patience.toSeconds()), e);
    }
  }

  private static String firstLine(Throwable cause) {
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().filter(line -> !line.isBlank()).findFirst().orElse(message);
  }

  @Override
  public void close() {
    rest.close();
  }
}
