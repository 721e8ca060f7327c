// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.util.Objects.requireNonNull;

import io.sightline.reference.ClassLabels;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.RejectionCounters;
import io.sightline.reference.Rejections;
import io.sightline.reference.Stage;
import io.sightline.schemas.ClassificationEvent;
import java.time.Instant;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Lets events pass whose label stands for one class. The others go to {@link Rejections#TAG}, or to
 * {@link #WAITING} where they have no label and labels come later.
 */
public final class LabelFunction extends ProcessFunction<ClassificationEvent, ClassificationEvent> {

  /** Side output of events that wait for their label. */
  public static final OutputTag<ClassificationEvent> WAITING =
      new OutputTag<>("waiting", TypeInformation.of(ClassificationEvent.class));

  private final EvaluationSubject subject;
  private final boolean labelsComeLater;

  private transient @Nullable ClassLabels labels;
  private transient @Nullable RejectionCounters rejected;

  /**
   * A function for one model.
   *
   * @param labelsComeLater whether an event without a label waits for one
   */
  public LabelFunction(EvaluationSubject subject, boolean labelsComeLater) {
    this.subject = subject;
    this.labelsComeLater = labelsComeLater;
  }

  @Override
  public void open(OpenContext context) {
    labels = subject.classLabels();
    rejected = new RejectionCounters(getRuntimeContext().getMetricGroup(), Stage.EVALUATE);
  }

  @Override
  public void processElement(
      ClassificationEvent event, Context context, Collector<ClassificationEvent> out) {
    String label = event.getLabel();
    if (label == null && labelsComeLater) {
      context.output(WAITING, event);
      return;
    }
    try {
      if (label == null) {
        throw new RejectedException(
            Reason.NO_LABEL, "the reference has no label, so that its class can't be evaluated");
      }
      requireNonNull(labels).classId(label);
    } catch (RejectedException e) {
      requireNonNull(rejected).count(e.reason());
      Instant now = Instant.ofEpochMilli(context.timerService().currentProcessingTime());
      context.output(Rejections.TAG, Rejections.of(e, event, now));
      return;
    }
    out.collect(event);
  }
}
