// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.util.Objects.requireNonNull;

import io.sightline.config.EvaluateStreamSettings;
import io.sightline.metrics.MetricNames;
import io.sightline.schemas.EvaluationState;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Counts outcomes in memory, by window, and sends the counts on as parts. It runs in the chain of
 * those who make the outcomes, so that none of them crosses an exchange or touches state to be
 * counted.
 *
 * <p>It has no state: what it has counted is sent on before every barrier, so that it lies on the
 * other side of it, in the state of {@link ReportOperator}. So nothing is lost and nothing counts
 * twice, whatever fails, and at any parallelism after it. Parts also leave before a watermark that
 * ends one of their windows, at the end of the input, and where none has left for {@value
 * #FLUSH_MILLIS} ms.
 *
 * <p>An outcome that comes when its window is closed for good counts for everything so far alone,
 * and by {@link MetricNames#NUM_OUTCOMES_LATE}. One of another model, which can be on its way where
 * the job was restored with this one, counts by {@link MetricNames#NUM_OUTCOMES_SET_ASIDE} alone.
 */
abstract class CountOperator<T> extends AbstractStreamOperator<EvaluationPart>
    implements OneInputStreamOperator<T, EvaluationPart> {

  private static final long serialVersionUID = 1L;

  private static final long FLUSH_MILLIS = 1000;
  private static final long TICK_MILLIS = FLUSH_MILLIS / 4;

  private final String modelFingerprint;
  private final CountingRules rules;
  private final long windowMillis;
  private final long latenessMillis;

  private transient @Nullable NavigableMap<Long, EvaluationCounts> windows;
  private transient @Nullable EvaluationCounts overall;
  private transient @Nullable Counter late;
  private transient @Nullable Counter setAside;
  private transient @Nullable LongCounter outcomes;
  private transient @Nullable ScheduledFuture<?> flushing;
  private transient long watermark;

  /** Processing time of the last {@link #flush}. */
  private transient long flushed;

  CountOperator(EvaluationSubject subject, CountingRules rules, EvaluateStreamSettings settings) {
    this.modelFingerprint = subject.modelFingerprint();
    this.rules = rules;
    this.windowMillis = settings.windowSize().toMillis();
    this.latenessMillis = settings.allowedLateness().toMillis();
  }

  /** Fingerprint of the outcome's model; null where it is an outcome of any. */
  abstract @Nullable String modelOf(T outcome);

  /** Counts one outcome. */
  abstract void add(T outcome, EvaluationCounts counts) throws Exception;

  @Override
  public void open() throws Exception {
    super.open();
    windows = new TreeMap<>();
    overall = new EvaluationCounts(rules);
    late = getMetricGroup().counter(MetricNames.NUM_OUTCOMES_LATE);
    setAside = getMetricGroup().counter(MetricNames.NUM_OUTCOMES_SET_ASIDE);
    outcomes = new LongCounter();
    getRuntimeContext().addAccumulator(EvaluationProgress.ACCUMULATOR, outcomes);
    watermark = Long.MIN_VALUE;
    flushed = now();
    flushing =
        getProcessingTimeService()
            .scheduleWithFixedDelay(time -> flushIfDue(), TICK_MILLIS, TICK_MILLIS);
  }

  @Override
  public void processElement(StreamRecord<T> record) throws Exception {
    T outcome = record.getValue();
    String model = modelOf(outcome);
    if (model != null && !model.equals(modelFingerprint)) {
      requireNonNull(setAside).inc();
      return;
    }
    add(outcome, counts(record));
    requireNonNull(outcomes).add(1);
  }

  private EvaluationCounts counts(StreamRecord<T> record) {
    EvaluationCounts overall = requireNonNull(this.overall);
    if (windowMillis == 0) {
      return overall;
    }
    // A record without a timestamp is an error of the source, and says so.
    long start = TimeWindow.getWindowStartWithOffset(record.getTimestamp(), 0, windowMillis);
    if (start + windowMillis - 1 + latenessMillis <= watermark) {
      requireNonNull(late).inc();
      return overall;
    }
    return requireNonNull(windows).computeIfAbsent(start, time -> new EvaluationCounts(rules));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    NavigableMap<Long, EvaluationCounts> windows = requireNonNull(this.windows);
    boolean end = mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp();
    if (end
        || (!windows.isEmpty() && windows.firstKey() + windowMillis - 1 <= mark.getTimestamp())) {
      flush();
    }
    watermark = mark.getTimestamp();
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    flush();
    super.prepareSnapshotPreBarrier(checkpointId);
  }

  @Override
  public void finish() throws Exception {
    flush();
    super.finish();
  }

  /** A part costs as much as many outcomes, so none leaves where a barrier has just taken one. */
  private void flushIfDue() {
    if (now() - flushed >= FLUSH_MILLIS) {
      flush();
    }
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }

  private void flush() {
    flushed = now();
    NavigableMap<Long, EvaluationCounts> windows = requireNonNull(this.windows);
    EvaluationCounts overall = requireNonNull(this.overall);
    windows.forEach(
        (start, counts) -> {
          emit(start, counts);
          overall.merge(counts);
        });
    windows.clear();
    if (!overall.isEmpty()) {
      emit(EvaluationPart.OVERALL, overall);
      this.overall = new EvaluationCounts(rules);
    }
  }

  private void emit(long window, EvaluationCounts counts) {
    EvaluationState state = counts.toState();
    state.setModelFingerprint(modelFingerprint);
    output.collect(new StreamRecord<>(new EvaluationPart(window, state)));
  }

  @Override
  public void close() throws Exception {
    if (flushing != null) {
      flushing.cancel(false);
    }
    super.close();
  }
}
