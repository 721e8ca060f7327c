// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A Flink cluster of one TaskManager in this process, on loopback, for one job, with Flink's web
 * interface on a free port. Not thread-safe.
 */
public final class LocalFlink implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";
  private static final long PATIENCE_SECONDS = 60;

  private final MiniCluster cluster;
  private final JobID job;

  private LocalFlink(MiniCluster cluster, JobID job) {
    this.cluster = cluster;
    this.job = job;
  }

  /**
   * Starts a cluster and a job on it.
   *
   * @param env with the job defined
   * @param configuration of the cluster
   */
  public static LocalFlink run(
      StreamExecutionEnvironment env, Configuration configuration, int slots) throws Exception {
    Configuration own = new Configuration(configuration);
    own.set(RestOptions.BIND_PORT, "0");
    own.set(RestOptions.ADDRESS, LOOPBACK);
    own.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    own.set(JobManagerOptions.BIND_HOST, LOOPBACK); // the blob server listens everywhere otherwise
    own.set(WebOptions.SUBMIT_ENABLE, false);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(own)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .setCommonBindAddress(LOOPBACK)
                .setRpcServiceSharing(RpcServiceSharing.SHARED) // calls of methods, no sockets
                .build());
    try {
      cluster.start();
      return new LocalFlink(
          cluster, cluster.submitJob(env.getStreamGraph().getJobGraph()).get().getJobID());
    } catch (Exception | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** Address of the web interface and of the REST endpoint. */
  public URI webInterface() throws Exception {
    return cluster.getRestAddress().get();
  }

  /** The job's id. */
  public JobID job() {
    return job;
  }

  /** Waits until every task of the job runs. */
  public void awaitRunning() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isRunning()) {
      check();
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "The job does not run after %d s: it is %s".formatted(PATIENCE_SECONDS, status()));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private boolean isRunning() throws Exception {
    List<AccessExecutionVertex> tasks = new ArrayList<>();
    cluster.getExecutionGraph(job).get().getAllExecutionVertices().forEach(tasks::add);
    return !tasks.isEmpty()
        && tasks.stream().allMatch(task -> task.getExecutionState() == ExecutionState.RUNNING);
  }

  /** Takes a checkpoint, and waits until it is complete. */
  public void takeCheckpoint() throws Exception {
    cluster.triggerCheckpoint(job).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The job's status. */
  public JobStatus status() throws Exception {
    return cluster.getJobStatus(job).get();
  }

  /**
   * Throws what the job has failed with.
   *
   * @throws IllegalStateException where the job has ended; its cause is the job's
   */
  public void check() throws Exception {
    JobStatus status = status();
    if (status.isGloballyTerminalState()) {
      Throwable cause =
          cluster
              .requestJobResult(job)
              .get()
              .getSerializedThrowable()
              .map(error -> error.deserializeError(LocalFlink.class.getClassLoader()))
              .orElse(null);
      throw new IllegalStateException("The job has ended: it is " + status, cause);
    }
  }

  /**
   * Cancels the job where it still runs, and stops the cluster, also where the thread is
   * interrupted.
   */
  @Override
  public void close() throws Exception {
    boolean interrupted = Thread.interrupted();
    try (cluster) {
      if (!status().isGloballyTerminalState()) {
        cluster.cancelJob(job).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!status().isGloballyTerminalState() && System.nanoTime() < deadline) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("The local cluster did not stop as it should", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
