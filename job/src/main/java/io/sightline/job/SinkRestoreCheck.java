// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.Problems;
import io.sightline.config.SinkSettings;
import io.sightline.config.SinkSettings.Guarantee;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.checkpoint.CheckpointProperties;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.DefaultOperatorStateBackend;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.streaming.api.transformations.SinkTransformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the sinks of a job go on with what a checkpoint holds of the sinks before them. */
final class SinkRestoreCheck {

  private static final Logger LOG = LoggerFactory.getLogger(SinkRestoreCheck.class);

  /** The options of each sink, by its uid. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          OperatorIds.EVENTS, "sink",
          OperatorIds.REJECTIONS, "rejections",
          OperatorIds.RETRIES, "retries",
          OperatorIds.REPORTS, "evaluate.reports");

  /** The state of Flink's {@code StatefulSinkWriterStateHandler}. */
  private static final String WRITERS = "writer_raw_states";

  private final CheckpointMetadata checkpoint;
  private final String path;
  private final Problems problems;

  /**
   * Checks that report to {@code problems}.
   *
   * @param path of the checkpoint
   */
  SinkRestoreCheck(CheckpointMetadata checkpoint, String path, Problems problems) {
    this.checkpoint = checkpoint;
    this.path = path;
    this.problems = problems;
  }

  /**
   * Checks one operator; does nothing where it is no sink of ours.
   *
   * @param id that Flink has made of its uid
   * @param sinks settings by the prefix of their options
   */
  void check(Transformation<?> operator, OperatorID id, Map<String, SinkSettings> sinks) {
    String options = OPTIONS.get(String.valueOf(operator.getUid()));
    SinkSettings settings = options == null ? null : sinks.get(options);
    if (options != null
        && settings != null
        && operator instanceof SinkTransformation<?, ?> sink
        && sink.getSink() instanceof SupportsWriterState<?, ?> stateful) {
      try {
        check(options, settings, stateful.getWriterStateSerializer(), writers(id));
      } catch (Exception e) { // of a file system that is not reached from here, for one
        LOG.info("What {} has of {} is left to the job: {}", path, options, e.toString());
      }
    }
  }

  private void check(
      String options,
      SinkSettings settings,
      SimpleVersionedSerializer<?> serializer,
      List<byte[]> writers) {
    if (!writers.stream().allMatch(writer -> reads(serializer, writer))) {
      problems.add(
          "%s.type must stay what it was: this checkpoint holds what a sink of another kind has begun to write, and one of %s can't go on with it; start the job anew to change it (got %s)"
              .formatted(options, settings.type(), path));
    } else if (!writers.isEmpty() // those of Kafka have a state with transactions alone
        && settings.type() == SinkSettings.Type.KAFKA
        && settings.guarantee() != Guarantee.EXACTLY_ONCE
        && !isStop()) {
      problems.add(
          "%s.guarantee must still be exactly-once: this checkpoint holds transactions that wait for their commit, which %s never does; start the job once more with exactly-once, stop it with a savepoint, and restore that (got %s)"
              .formatted(options, settings.guarantee(), path));
    }
  }

  /** Whether this is the savepoint that a job was stopped with, which has committed everything. */
  private boolean isStop() {
    CheckpointProperties properties = checkpoint.getCheckpointProperties();
    return properties != null && properties.isSynchronous();
  }

  private static boolean reads(SimpleVersionedSerializer<?> serializer, byte[] state) {
    try {
      var unused = SimpleVersionedSerialization.readVersionAndDeSerialize(serializer, state);
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** What the checkpoint holds of the writers of a sink. */
  private List<byte[]> writers(OperatorID id) throws Exception {
    List<OperatorStateHandle> handles =
        checkpoint.getOperatorStates().stream()
            .filter(operator -> operator.getOperatorID().equals(id))
            .flatMap(operator -> operator.getStates().stream())
            .flatMap(subtask -> subtask.getManagedOperatorState().stream())
            .toList();
    List<byte[]> states = new ArrayList<>();
    try (CloseableRegistry streams = new CloseableRegistry()) {
      DefaultOperatorStateBackend backend =
          new DefaultOperatorStateBackendBuilder(
                  SinkRestoreCheck.class.getClassLoader(),
                  new ExecutionConfig(),
                  false,
                  handles,
                  streams)
              .build();
      try {
        ListStateDescriptor<byte[]> writers =
            new ListStateDescriptor<>(WRITERS, BytePrimitiveArraySerializer.INSTANCE);
        backend.getListState(writers).get().forEach(states::add);
      } finally {
        backend.dispose();
      }
    }
    return states;
  }
}
