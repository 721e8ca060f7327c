// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.util.Objects.requireNonNull;

import io.sightline.config.EvaluateStreamSettings;
import io.sightline.metrics.MetricNames;
import io.sightline.reference.ClassLabels;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ClassificationEvent;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;

/** Counts events whose label stands for one class: {@link LabelFunction} rejects the others. */
public final class CountEvents extends CountOperator<ClassificationEvent> {

  private static final long serialVersionUID = 1L;

  private final EvaluationSubject subject;

  private transient @Nullable ClassLabels labels;
  private transient @Nullable Counter evaluated;

  /** An operator for one model. */
  public CountEvents(
      EvaluationSubject subject, CountingRules rules, EvaluateStreamSettings settings) {
    super(subject, rules, settings);
    this.subject = subject;
  }

  @Override
  public void open() throws Exception {
    super.open();
    labels = subject.classLabels();
    evaluated = getMetricGroup().counter(MetricNames.NUM_IMAGES_EVALUATED);
  }

  @Override
  String modelOf(ClassificationEvent event) {
    return event.getModelFingerprint();
  }

  @Override
  void add(ClassificationEvent event, EvaluationCounts counts) throws RejectedException {
    int label = requireNonNull(labels).classId(requireNonNull(event.getLabel()));
    counts.add(label, event.getClassIds(), event.getScores());
    requireNonNull(evaluated).inc();
  }
}
