// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.util.Objects.requireNonNull;

import io.sightline.config.EvaluateStreamSettings;
import io.sightline.metrics.MetricNames;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.EvaluationState;
import io.sightline.schemas.RejectionCount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges parts and reports. Keyed by {@link EvaluationPart#window}: a key gets a few parts a second
 * from each subtask that counts, so that one key for everything so far is no bottleneck.
 *
 * <p>Everything so far is reported about at an interval, if anything has come since, and at the end
 * of bounded input. A window is reported about when the watermark has passed its end, and once more
 * after the allowed lateness where parts came in between; then it is forgotten. A part for it that
 * comes after that is dropped, and counts by {@link MetricNames#NUM_OUTCOMES_LATE}: those who count
 * don't know what is late where a job was just restored, or a partition was idle.
 *
 * <p>The counts of a key are merged on the heap, in the form that merges fast, and written to state
 * when a checkpoint takes it. Counts of another model, or by other rules, are set aside where they
 * are restored: this model's start anew.
 */
public final class ReportOperator extends AbstractStreamOperator<EvaluationReport>
    implements OneInputStreamOperator<EvaluationPart, EvaluationReport>,
        Triggerable<Long, VoidNamespace> {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(ReportOperator.class);

  private final EvaluationSubject subject;
  private final CountingRules rules;
  private final EvaluateStreamSettings settings;
  private final int confusedPairs;

  private transient @Nullable Map<Long, EvaluationCounts> counts;
  private transient @Nullable ValueState<EvaluationState> state;

  /** True where parts have come since the last report about the key. */
  private transient @Nullable ValueState<Boolean> changed;

  private transient @Nullable InternalTimerService<VoidNamespace> timers;
  private transient @Nullable Counter late;
  private transient @Nullable Counter setAside;

  /** The watermark of each subtask. */
  private transient @Nullable ListState<Long> watermarks;

  private transient long restoredWatermark;

  /**
   * An operator for one model.
   *
   * @param rules of all parts
   * @param confusedPairs how many of the most confused pairs a report has
   */
  public ReportOperator(
      EvaluationSubject subject,
      CountingRules rules,
      EvaluateStreamSettings settings,
      int confusedPairs) {
    this.subject = subject;
    this.rules = rules;
    this.settings = settings;
    this.confusedPairs = confusedPairs;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    watermarks =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("watermark", Types.LONG));
    List<Long> restored = new ArrayList<>();
    watermarks.get().forEach(restored::add);
    restoredWatermark = restored.isEmpty() ? Long.MIN_VALUE : Collections.min(restored);
  }

  @Override
  public void open() throws Exception {
    super.open();
    counts = new HashMap<>();
    state =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>("counts", TypeInformation.of(EvaluationState.class)));
    changed = getRuntimeContext().getState(new ValueStateDescriptor<>("changed", Types.BOOLEAN));
    timers = getInternalTimerService("reports", VoidNamespaceSerializer.INSTANCE, this);
    late = getMetricGroup().counter(MetricNames.NUM_OUTCOMES_LATE);
    setAside = getMetricGroup().counter(MetricNames.NUM_OUTCOMES_SET_ASIDE);
  }

  @Override
  public void processElement(StreamRecord<EvaluationPart> record) throws Exception {
    EvaluationPart part = record.getValue();
    if (!isOurs(part.counts())) { // it was in flight when an unaligned checkpoint was taken
      requireNonNull(setAside).inc(outcomes(part.counts()));
      return;
    }
    EvaluationCounts before = counts(part.window());
    if (before == null && isForgotten(part.window())) {
      requireNonNull(late).inc(outcomes(part.counts()));
      return;
    }
    if (before == null) {
      requireNonNull(counts).put(part.window(), EvaluationCounts.of(part.counts()));
    } else {
      before.merge(part.counts());
    }
    requireNonNull(changed).update(true);
    schedule(part.window());
  }

  /** Whether these are counts of this model, and by these rules. */
  private boolean isOurs(EvaluationState counted) {
    return fingerprint(counted).equals(subject.modelFingerprint())
        && EvaluationCounts.rulesOf(counted).equals(rules);
  }

  /** What was written before it named a model is taken for this one's. */
  private String fingerprint(EvaluationState counted) {
    String fingerprint = counted.getModelFingerprint();
    return fingerprint == null ? subject.modelFingerprint() : fingerprint;
  }

  private static long outcomes(EvaluationState counted) {
    return counted.getImages()
        + counted.getRejections().stream().mapToLong(RejectionCount::getCount).sum();
  }

  /** The counts of the current key; null where it has none yet. */
  private @Nullable EvaluationCounts counts(long window) throws Exception {
    Map<Long, EvaluationCounts> counts = requireNonNull(this.counts);
    EvaluationCounts held = counts.get(window);
    if (held != null) {
      return held;
    }
    EvaluationState restored = requireNonNull(state).value();
    if (restored == null) {
      return null;
    }
    if (!isOurs(restored)) {
      if (window == EvaluationPart.OVERALL) {
        LOG.warn(
            "Counting starts anew: what was counted so far, {} images of model {} by {}, is set aside, since this is model {} by {}",
            restored.getImages(),
            fingerprint(restored),
            EvaluationCounts.rulesOf(restored),
            subject.modelFingerprint(),
            rules);
      }
      requireNonNull(state).clear();
      requireNonNull(changed).clear();
      return null;
    }
    EvaluationCounts read = EvaluationCounts.of(restored);
    counts.put(window, read);
    return read;
  }

  private void schedule(long window) {
    InternalTimerService<VoidNamespace> timers = requireNonNull(this.timers);
    if (window == EvaluationPart.OVERALL) {
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, Long.MAX_VALUE);
      long interval = settings.reportInterval().toMillis();
      if (interval > 0) {
        long now = timers.currentProcessingTime();
        timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, now - now % interval + interval);
      }
    } else {
      long last = last(window);
      if (watermark() < last) {
        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, last);
      }
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, forgottenAt(window));
    }
  }

  /** The last millisecond of a window. */
  private long last(long window) {
    return window + settings.windowSize().toMillis() - 1;
  }

  private long forgottenAt(long window) {
    return last(window) + settings.allowedLateness().toMillis();
  }

  private boolean isForgotten(long window) {
    return window != EvaluationPart.OVERALL && forgottenAt(window) <= watermark();
  }

  /** The timers' own is not restored: it is the lowest until the first watermark comes. */
  private long watermark() {
    return Math.max(restoredWatermark, requireNonNull(timers).currentWatermark());
  }

  @Override
  public void onProcessingTime(InternalTimer<Long, VoidNamespace> timer) throws Exception {
    reportIfChanged(timer.getKey());
  }

  @Override
  public void onEventTime(InternalTimer<Long, VoidNamespace> timer) throws Exception {
    long window = timer.getKey();
    if (window == EvaluationPart.OVERALL) {
      report(window); // at the end of the input, also where nothing has come since the last one
      return;
    }
    reportIfChanged(window);
    if (timer.getTimestamp() >= forgottenAt(window)) {
      requireNonNull(counts).remove(window);
      requireNonNull(state).clear();
      requireNonNull(changed).clear();
    }
  }

  private void reportIfChanged(long window) throws Exception {
    if (Boolean.TRUE.equals(requireNonNull(changed).value())) {
      report(window);
    }
  }

  private void report(long window) throws Exception {
    EvaluationCounts counts = counts(window);
    if (counts == null) {
      return; // what was restored is set aside, and nothing has come since
    }
    EvaluationReport report =
        EvaluationReports.of(
            EvaluationMetrics.of(counts, confusedPairs),
            subject,
            Instant.ofEpochMilli(requireNonNull(timers).currentProcessingTime()));
    if (window != EvaluationPart.OVERALL) {
      report.setWindowStart(Instant.ofEpochMilli(window));
      report.setWindowEnd(Instant.ofEpochMilli(last(window) + 1));
    }
    output.collect(new StreamRecord<>(report));
    requireNonNull(changed).update(false);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    long watermark = watermark();
    // A job that was drained goes on from where it was, not from the end of time.
    requireNonNull(watermarks).update(watermark == Long.MAX_VALUE ? List.of() : List.of(watermark));
    for (Map.Entry<Long, EvaluationCounts> held : requireNonNull(counts).entrySet()) {
      setCurrentKey(held.getKey());
      EvaluationState counted = held.getValue().toState();
      counted.setModelFingerprint(subject.modelFingerprint());
      requireNonNull(state).update(counted);
    }
  }
}
