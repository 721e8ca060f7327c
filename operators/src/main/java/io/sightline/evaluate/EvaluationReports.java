// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.evaluate.EvaluationMetrics.Averages;
import io.sightline.evaluate.EvaluationMetrics.Calibration;
import io.sightline.schemas.AccuracyReport;
import io.sightline.schemas.AverageReport;
import io.sightline.schemas.CalibrationBinReport;
import io.sightline.schemas.CalibrationReport;
import io.sightline.schemas.ClassReport;
import io.sightline.schemas.ConfusedPairReport;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.PublishedReport;
import io.sightline.schemas.RejectionCount;
import io.sightline.schemas.TopKReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a report of metrics. */
public final class EvaluationReports {

  private EvaluationReports() {}

  /**
   * The report about everything that the metrics cover. Who evaluates a window sets its bounds.
   *
   * @throws IllegalArgumentException where the subject has another number of classes than the
   *     metrics
   */
  public static EvaluationReport of(
      EvaluationMetrics metrics, EvaluationSubject subject, Instant createdAt) {
    List<String> labels = subject.labels();
    if (labels.size() != metrics.classes()) {
      throw new IllegalArgumentException(
          "%d label names for %d classes".formatted(labels.size(), metrics.classes()));
    }
    EvaluationReport report = new EvaluationReport();
    report.setModelName(subject.modelName());
    report.setModelVersion(subject.modelVersion());
    report.setModelFingerprint(subject.modelFingerprint());
    report.setSplit(subject.split());
    report.setCreatedAt(createdAt.truncatedTo(ChronoUnit.MILLIS));
    report.setClasses(metrics.classes());
    report.setImages(metrics.images());
    report.setWithoutClass(metrics.withoutClass());
    report.setRejected(metrics.rejected());
    report.setRejections(
        metrics.rejections().stream()
            .map(why -> new RejectionCount(why.stage(), why.reason(), why.count()))
            .toList());
    report.setTop1(accuracy(metrics.top1()));
    report.setTopK(
        metrics.topK().stream()
            .map(top -> new TopKReport(top.k(), top.fewerClasses(), accuracy(top.result())))
            .toList());
    report.setMacroAverage(average(metrics.macroAverage()));
    report.setWeightedAverage(average(metrics.weightedAverage()));
    report.setPerClass(
        metrics.perClass().stream()
            .map(scores -> classReport(scores, labels.get(scores.classId())))
            .toList());
    report.setConfusedPairs(
        metrics.confusedPairs().stream()
            .map(
                pair ->
                    new ConfusedPairReport(
                        pair.label(),
                        labels.get(pair.label()),
                        pair.predicted(),
                        labels.get(pair.predicted()),
                        pair.result().hits(),
                        pair.result().value()))
            .toList());
    report.setCalibration(calibration(metrics.calibration()));
    report.setNegativeLogLikelihood(measured(metrics.negativeLogLikelihood()));
    report.setNegativeLogLikelihoodImages(metrics.logLossImages());
    Double published = subject.publishedTop1();
    report.setPublished(
        published == null || metrics.images() == 0
            ? null
            : published(new PublishedTop1(metrics.top1(), published)));
    return report;
  }

  private static AccuracyReport accuracy(Proportion share) {
    return new AccuracyReport(
        share.hits(), measured(share.value()), measured(share.low()), measured(share.high()));
  }

  private static AverageReport average(Averages averages) {
    return new AverageReport(
        measured(averages.precision()), measured(averages.recall()), measured(averages.f1()));
  }

  private static ClassReport classReport(ClassScores scores, String labelName) {
    return new ClassReport(
        scores.classId(),
        labelName,
        scores.support(),
        scores.predicted(),
        scores.truePositives(),
        scores.precision(),
        scores.recall(),
        scores.f1());
  }

  private static CalibrationReport calibration(Calibration calibration) {
    return new CalibrationReport(
        calibration.images(),
        measured(calibration.meanConfidence()),
        measured(calibration.expectedCalibrationError()),
        calibration.bins().stream()
            .map(
                bin ->
                    new CalibrationBinReport(
                        bin.lower(),
                        bin.upper(),
                        bin.accuracy().of(),
                        bin.accuracy().hits(),
                        measured(bin.accuracy().value()),
                        measured(bin.meanConfidence())))
            .toList());
  }

  private static PublishedReport published(PublishedTop1 comparison) {
    return new PublishedReport(
        comparison.published(),
        comparison.difference(),
        comparison.smallestDifference(),
        comparison.shown());
  }

  /** The figure; null where nothing was measured for it. */
  private static @Nullable Double measured(double figure) {
    return Double.isNaN(figure) ? null : figure;
  }
}
