// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sightline.local.FaultPlan.Place;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/** Functions in a job's streams that note what passes, and fail as their plan has it. */
final class FaultTaps {

  private FaultTaps() {}

  /** Stands between source and parser; of a chain its state is the last to be restored. */
  static final class Records extends RichMapFunction<SourceRecord, SourceRecord>
      implements CheckpointedFunction, CheckpointListener {

    private final String plan;

    Records(FaultPlan plan) {
      this.plan = plan.id();
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {
      if (context.isRestored()) {
        FaultPlan.of(plan).restore(context.getRestoredCheckpointId().orElseThrow());
        FaultPlan.of(plan).strike(Place.INITIALIZE_STATE, subtask());
      }
    }

    @Override
    public void open(OpenContext context) {
      FaultPlan.of(plan).strike(Place.OPEN, subtask());
    }

    @Override
    public SourceRecord map(SourceRecord record) {
      String key = new String(record.key(), UTF_8);
      FaultPlan.of(plan).read.merge(key, 1, Integer::sum);
      if (key.equals(FaultPlan.POISON)) {
        FaultPlan.of(plan).strike(Place.RECORD, subtask());
      }
      return record;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {}

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      FaultPlan.of(plan).complete(checkpoint);
    }

    private int subtask() {
      return getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    }
  }

  /** Stands in front of the sink of events. */
  static final class Events extends RichMapFunction<ClassificationEvent, ClassificationEvent> {

    private final String plan;

    Events(FaultPlan plan) {
      this.plan = plan.id();
    }

    @Override
    public ClassificationEvent map(ClassificationEvent event) {
      FaultPlan seen = FaultPlan.of(plan);
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      seen.written(seen.events, event.getReferenceId(), subtask);
      return event;
    }
  }

  /** Stands in front of the sink of rejections. */
  static final class Rejections extends RichMapFunction<Rejection, Rejection> {

    private final String plan;

    Rejections(FaultPlan plan) {
      this.plan = plan.id();
    }

    @Override
    public Rejection map(Rejection rejection) {
      FaultPlan seen = FaultPlan.of(plan);
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      seen.written(seen.rejections, Output.key(rejection), subtask);
      return rejection;
    }
  }
}
