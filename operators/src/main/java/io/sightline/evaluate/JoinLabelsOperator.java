// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.util.Objects.requireNonNull;

import io.sightline.metrics.MetricNames;
import io.sightline.reference.ClassLabels;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.RejectionCounters;
import io.sightline.reference.Rejections;
import io.sightline.reference.Stage;
import io.sightline.schemas.ClassificationEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Gives events the labels that come by themselves, by reference id. An event and a label belong
 * together where their timestamps are at most {@code maxDelay} apart, whichever comes first. An
 * event whose label has not come when the watermark is that far is rejected as {@link
 * Reason#LABEL_EXPIRED}, a label whose event has not come is dropped and counted; then nothing of
 * them is left in state.
 *
 * <p>All is by event time, so that a job that was down, or reads old records, comes to the same end
 * as one that kept up. A label that is at most {@code maxDelay} from one that is held for the same
 * id is a repeat, and is dropped and counted; others are held beside it. A label serves every event
 * with its id that it belongs together with; of several the one that came first.
 *
 * <p>Events keep their own timestamp. What waits may leave as much as {@code maxDelay} later than
 * it came, and watermarks are held back by so much: no event is late because its label was.
 */
public final class JoinLabelsOperator extends AbstractStreamOperator<ClassificationEvent>
    implements TwoInputStreamOperator<ClassificationEvent, ImageLabel, ClassificationEvent>,
        Triggerable<String, VoidNamespace> {

  private static final long serialVersionUID = 1L;

  private final List<String> labelNames;
  private final long maxDelayMillis;

  private transient @Nullable ClassLabels labels;
  private transient @Nullable ListState<WaitingEvent> waiting;

  /** The label that is held; of several the one that came first. */
  private transient @Nullable ValueState<HeldLabel> held;

  /** Those that came after {@link #held}: mostly none. */
  private transient @Nullable ListState<HeldLabel> heldToo;

  private transient @Nullable InternalTimerService<VoidNamespace> timers;
  private transient @Nullable RejectionCounters rejected;
  private transient @Nullable Counter expired;
  private transient @Nullable Counter unmatched;
  private transient @Nullable Counter repeated;

  /**
   * An operator for one model.
   *
   * @param labelNames of the model, in the order of class ids
   */
  public JoinLabelsOperator(List<String> labelNames, Duration maxDelay) {
    this.labelNames = List.copyOf(labelNames);
    this.maxDelayMillis = maxDelay.toMillis();
  }

  @Override
  public void open() throws Exception {
    super.open();
    labels = new ClassLabels(labelNames);
    waiting =
        getRuntimeContext()
            .getListState(
                new ListStateDescriptor<>("waiting", TypeInformation.of(WaitingEvent.class)));
    held =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("label", TypeInformation.of(HeldLabel.class)));
    heldToo =
        getRuntimeContext()
            .getListState(
                new ListStateDescriptor<>("more-labels", TypeInformation.of(HeldLabel.class)));
    timers = getInternalTimerService("expiry", VoidNamespaceSerializer.INSTANCE, this);
    rejected = new RejectionCounters(getMetricGroup(), Stage.EVALUATE);
    expired = getMetricGroup().counter(MetricNames.NUM_LABELS_EXPIRED);
    unmatched = getMetricGroup().counter(MetricNames.NUM_LABELS_UNMATCHED);
    repeated = getMetricGroup().counter(MetricNames.NUM_LABELS_REPEATED);
  }

  @Override
  public void processElement1(StreamRecord<ClassificationEvent> record) throws Exception {
    WaitingEvent event = new WaitingEvent(record.getTimestamp(), record.getValue());
    List<HeldLabel> labels = labels();
    for (int i = 0; i < labels.size(); i++) {
      HeldLabel label = labels.get(i);
      if (belongTogether(event.timestamp(), label)) {
        join(event, label);
        labels.set(i, new HeldLabel(label.timestamp(), label.label(), true));
        hold(labels);
        return;
      }
    }
    if (isOver(event.timestamp())) {
      expire(event);
    } else {
      requireNonNull(waiting).add(event);
      expireAt(event.timestamp());
    }
  }

  @Override
  public void processElement2(StreamRecord<ImageLabel> record) throws Exception {
    long timestamp = record.getTimestamp();
    List<HeldLabel> labels = labels();
    if (labels.stream().anyMatch(held -> belongTogether(timestamp, held))) {
      requireNonNull(repeated).inc();
      return;
    }
    HeldLabel label = new HeldLabel(timestamp, record.getValue().label(), false);
    List<WaitingEvent> stillWaiting = new ArrayList<>();
    boolean used = false;
    for (WaitingEvent event : requireNonNull(waiting).get()) {
      if (belongTogether(event.timestamp(), label)) {
        join(event, label);
        used = true;
      } else {
        stillWaiting.add(event);
      }
    }
    requireNonNull(waiting).update(stillWaiting);
    if (!isOver(timestamp)) {
      labels.add(new HeldLabel(timestamp, label.label(), used));
      hold(labels);
      expireAt(timestamp);
    } else if (!used) {
      requireNonNull(unmatched).inc();
    }
  }

  /** The labels that are held for the current id, in the order in which they came. */
  private List<HeldLabel> labels() throws Exception {
    List<HeldLabel> labels = new ArrayList<>();
    HeldLabel first = requireNonNull(held).value();
    if (first != null) {
      labels.add(first);
      requireNonNull(heldToo).get().forEach(labels::add);
    }
    return labels;
  }

  private void hold(List<HeldLabel> labels) throws Exception {
    if (labels.isEmpty()) {
      requireNonNull(held).clear();
      requireNonNull(heldToo).clear();
    } else {
      requireNonNull(held).update(labels.get(0));
      requireNonNull(heldToo).update(labels.subList(1, labels.size()));
    }
  }

  private boolean belongTogether(long timestamp, HeldLabel label) {
    return Math.abs(timestamp - label.timestamp()) <= maxDelayMillis;
  }

  /** Whether nothing that belongs to this time can still come but late. */
  private boolean isOver(long timestamp) {
    return timestamp + maxDelayMillis <= requireNonNull(timers).currentWatermark();
  }

  private void expireAt(long timestamp) {
    requireNonNull(timers)
        .registerEventTimeTimer(VoidNamespace.INSTANCE, timestamp + maxDelayMillis);
  }

  private void join(WaitingEvent waiting, HeldLabel label) {
    ClassificationEvent event = waiting.event();
    try {
      requireNonNull(labels).classId(label.label());
    } catch (RejectedException e) {
      reject(waiting, e);
      return;
    }
    event.setLabel(label.label());
    output.collect(new StreamRecord<>(event, waiting.timestamp()));
  }

  private void expire(WaitingEvent event) {
    requireNonNull(expired).inc();
    reject(
        event,
        new RejectedException(
            Reason.LABEL_EXPIRED,
            "no label came within evaluate.labels.max-delay (%d ms)".formatted(maxDelayMillis)));
  }

  private void reject(WaitingEvent event, RejectedException why) {
    requireNonNull(rejected).count(why.reason());
    Instant now = Instant.ofEpochMilli(requireNonNull(timers).currentProcessingTime());
    output.collect(
        Rejections.TAG,
        new StreamRecord<>(Rejections.of(why, event.event(), now), event.timestamp()));
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    long time = timer.getTimestamp();
    List<WaitingEvent> stillWaiting = new ArrayList<>();
    for (WaitingEvent event : requireNonNull(waiting).get()) {
      if (event.timestamp() + maxDelayMillis <= time) {
        expire(event);
      } else {
        stillWaiting.add(event);
      }
    }
    requireNonNull(waiting).update(stillWaiting);
    List<HeldLabel> labels = labels();
    if (labels.removeIf(label -> isExpired(label, time))) {
      hold(labels);
    }
  }

  private boolean isExpired(HeldLabel label, long time) {
    if (label.timestamp() + maxDelayMillis > time) {
      return false;
    }
    if (!label.used()) {
      requireNonNull(unmatched).inc();
    }
    return true;
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("there are no timers by the clock");
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    long time = mark.getTimestamp();
    if (time == Watermark.MAX_WATERMARK.getTimestamp()) {
      super.processWatermark(mark);
      return;
    }
    requireNonNull(timeServiceManager).advanceWatermark(mark);
    if (time >= Long.MIN_VALUE + maxDelayMillis) {
      output.emitWatermark(new Watermark(time - maxDelayMillis));
    }
  }
}
