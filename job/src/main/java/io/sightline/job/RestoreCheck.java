// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ClassifyOptions;
import io.sightline.config.Problems;
import io.sightline.config.SinkSettings;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.OperatorIDPair;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a job takes over what a checkpoint holds that Flink itself would lose or stumble over:
 * what sinks have not committed yet, and the records that an unaligned one holds between its tasks.
 *
 * <p>Flink gives those records to the first or last operator of a chain, and drops them without a
 * word where that operator has come to stand within one, as it does where the exchange in front of
 * the classifier is no longer there. (A savepoint holds no such records.)
 */
public final class RestoreCheck {

  private static final Logger LOG = LoggerFactory.getLogger(RestoreCheck.class);

  private RestoreCheck() {}

  /**
   * Adds a problem where something would be lost; does nothing where nothing is restored.
   *
   * @param env with the job defined, which stays
   * @param sinks settings by the prefix of their options
   */
  public static void check(
      StreamExecutionEnvironment env, Map<String, SinkSettings> sinks, Problems problems) {
    String path = env.getConfiguration().get(StateRecoveryOptions.SAVEPOINT_PATH);
    if (path == null) {
      return;
    }
    CheckpointMetadata checkpoint;
    try {
      checkpoint = read(path);
    } catch (IOException e) {
      LOG.info("{} can't be read here, and is left to the JobManager: {}", path, e.toString());
      return;
    }
    JobGraph job = env.getStreamGraph(false).getJobGraph();
    checkSinks(env, job, new SinkRestoreCheck(checkpoint, path, problems), sinks);
    List<String> lost = lost(checkpoint, job);
    if (!lost.isEmpty()) {
      problems.add(
          "%s: this checkpoint holds records on their way to or from %s, which are chained with their neighbours now and would lose them: set %s to what it was (always, where it was auto and made an exchange), or restore from a savepoint (got %s)"
              .formatted(
                  StateRecoveryOptions.SAVEPOINT_PATH.key(),
                  String.join(", ", lost),
                  ClassifyOptions.EXCHANGE.key(),
                  path));
    }
  }

  private static void checkSinks(
      StreamExecutionEnvironment env,
      JobGraph job,
      SinkRestoreCheck check,
      Map<String, SinkSettings> sinks) {
    Map<String, OperatorID> ids = new HashMap<>();
    for (JobVertex task : job.getVertices()) {
      for (OperatorIDPair operator : task.getOperatorIDs()) {
        ids.put(operator.getUserDefinedOperatorUid(), operator.getGeneratedOperatorID());
      }
    }
    for (Transformation<?> operator : env.getTransformations()) {
      OperatorID id = ids.get(operator.getUid());
      if (id != null) {
        check.check(operator, id, sinks);
      }
    }
  }

  private static CheckpointMetadata read(String path) throws IOException {
    CompletedCheckpointStorageLocation location =
        AbstractFsCheckpointStorageAccess.resolveCheckpointPointer(path);
    try (DataInputStream in = new DataInputStream(location.getMetadataHandle().openInputStream())) {
      return Checkpoints.loadCheckpointMetadata(
          in, Thread.currentThread().getContextClassLoader(), path);
    }
  }

  private static List<String> lost(CheckpointMetadata checkpoint, JobGraph job) {
    Set<OperatorID> heads = new HashSet<>();
    Set<OperatorID> tails = new HashSet<>();
    Set<OperatorID> all = new HashSet<>();
    for (JobVertex task : job.getVertices()) {
      // Flink lists the operators of a chain from its end.
      List<OperatorID> operators =
          task.getOperatorIDs().stream().map(OperatorIDPair::getGeneratedOperatorID).toList();
      all.addAll(operators);
      if (!task.getInputs().isEmpty()) {
        heads.add(operators.get(operators.size() - 1));
      }
      if (!task.getProducedDataSets().isEmpty()) {
        tails.add(operators.get(0));
      }
    }
    List<String> lost = new ArrayList<>();
    for (OperatorState operator : checkpoint.getOperatorStates()) {
      OperatorID id = operator.getOperatorID();
      boolean in =
          operator.getStates().stream().anyMatch(state -> state.getInputChannelState().hasState());
      boolean out =
          operator.getStates().stream()
              .anyMatch(state -> state.getResultSubpartitionState().hasState());
      // What is not there at all Flink refuses itself.
      if (all.contains(id) && ((in && !heads.contains(id)) || (out && !tails.contains(id)))) {
        lost.add(operator.getOperatorName().orElse(id.toString()));
      }
    }
    return lost;
  }
}
