// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.EvaluateJobConfig;
import io.sightline.config.LabelSettings;
import io.sightline.config.SourceSettings;
import io.sightline.evaluate.CountEvents;
import io.sightline.evaluate.CountRejections;
import io.sightline.evaluate.CountingRules;
import io.sightline.evaluate.EvaluationPart;
import io.sightline.evaluate.EvaluationSubject;
import io.sightline.evaluate.ImageLabel;
import io.sightline.evaluate.JoinLabelsOperator;
import io.sightline.evaluate.LabelFunction;
import io.sightline.evaluate.ParseLabelFunction;
import io.sightline.evaluate.ReportOperator;
import io.sightline.model.Catalogue;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.Rejection;
import io.sightline.sink.Sinks;
import io.sightline.source.KafkaSources;
import io.sightline.source.SourcePartitions;
import io.sightline.source.SubmittedAt;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The evaluate job: labelled references from a source, reports to their sink, and events and
 * rejections as the classify job has them. An event is written where its label counted, or would
 * have, had the job not been restored with another model meanwhile.
 */
public final class EvaluateJob {

  private static final TypeInformation<EvaluationPart> PART =
      TypeInformation.of(EvaluationPart.class);

  private EvaluateJob() {}

  /**
   * What the job writes.
   *
   * @param events takes the events that were counted; null writes none
   * @param rejections takes the rejections of all stages
   * @param reports takes the reports
   */
  public record Outputs(
      @Nullable Consumer<DataStream<ClassificationEvent>> events,
      Consumer<DataStream<Rejection>> rejections,
      Consumer<DataStream<EvaluationReport>> reports) {

    /** The sinks of a configuration. */
    public static Outputs of(EvaluateJobConfig config) {
      return new Outputs(
          config.classify().events().isThere()
              ? events ->
                  events
                      .sinkTo(Sinks.events(config.classify().events()))
                      .name("Events")
                      .uid(OperatorIds.EVENTS)
              : null,
          rejections ->
              rejections
                  .sinkTo(Sinks.rejections(config.classify().rejections()))
                  .name("Rejections")
                  .uid(OperatorIds.REJECTIONS),
          reports ->
              reports
                  .sinkTo(Sinks.reports(config.reports()))
                  .name("Reports")
                  .uid(OperatorIds.REPORTS));
    }
  }

  /**
   * Defines the job from Kafka to the sinks that its configuration names. Nothing runs yet.
   *
   * @param partitions that the source reads, by which the exchange is decided
   */
  public static void define(
      StreamExecutionEnvironment env,
      EvaluateJobConfig config,
      ModelDescriptor model,
      SourcePartitions partitions) {
    SourceSettings source = config.classify().source();
    LabelSettings labels = config.labels();
    define(
        env,
        config,
        model,
        subject(model, null),
        partitions,
        start ->
            start
                .fromSource(
                    KafkaSources.create(source), SubmittedAt.watermarks(source), "References")
                .uid(OperatorIds.SOURCE),
        labels == null
            ? null
            : start ->
                start
                    .fromSource(
                        KafkaSources.create(labels.source(source)),
                        SubmittedAt.recordTimestamps(source),
                        "Labels")
                    .uid(OperatorIds.LABELS),
        Outputs.of(config));
  }

  /**
   * Defines the job between sources and sinks of the caller's.
   *
   * @param subject what a report says that it is about
   * @param source gives raw records
   * @param labels gives raw records of labels that come later; null where none do
   */
  public static void define(
      StreamExecutionEnvironment env,
      EvaluateJobConfig config,
      ModelDescriptor model,
      EvaluationSubject subject,
      SourcePartitions partitions,
      Function<StreamExecutionEnvironment, DataStream<SourceRecord>> source,
      @Nullable Function<StreamExecutionEnvironment, DataStream<SourceRecord>> labels,
      Outputs outputs) {
    Classified classified =
        Classified.define(
            env, config.classify(), model, partitions, source, config.needsWatermarks());
    evaluate(env, config, subject, classified.events(), classified.rejections(), labels, outputs);
  }

  /**
   * Defines the part of the job behind the classifier.
   *
   * @param subject what a report says that it is about; its labels are those of the model
   * @param classified events of the classifier, whose operator the first one here is chained to
   * @param classifiersRejections rejections of all stages so far
   * @param labels gives raw records of labels that come later; null where none do
   */
  public static void evaluate(
      StreamExecutionEnvironment env,
      EvaluateJobConfig config,
      EvaluationSubject subject,
      SingleOutputStreamOperator<ClassificationEvent> classified,
      DataStream<Rejection> classifiersRejections,
      @Nullable Function<StreamExecutionEnvironment, DataStream<SourceRecord>> labels,
      Outputs outputs) {
    LabelSettings labelSettings = config.labels();
    boolean labelsComeLater = labels != null && labelSettings != null;
    int parallelism = classified.getParallelism();
    SingleOutputStreamOperator<ClassificationEvent> labelled =
        classified
            .process(new LabelFunction(subject, labelsComeLater))
            .name("Label")
            .uid(OperatorIds.LABEL)
            .setParallelism(parallelism);
    DataStream<ClassificationEvent> events = labelled;
    DataStream<Rejection> rejections =
        classifiersRejections.union(labelled.getSideOutput(Rejections.TAG));
    DataStream<EvaluationPart> parts =
        labelled
            .transform("Count", PART, countEvents(config, subject))
            .uid(OperatorIds.COUNT)
            .setParallelism(parallelism);
    if (labels != null && labelSettings != null) {
      SingleOutputStreamOperator<ImageLabel> parsed =
          labels
              .apply(env)
              .process(new ParseLabelFunction(labelSettings.format(), config.classify().source()))
              .name("Parse labels")
              .uid(OperatorIds.PARSE_LABELS);
      SingleOutputStreamOperator<ClassificationEvent> joined =
          labelled
              .getSideOutput(LabelFunction.WAITING)
              .keyBy(ClassificationEvent::getReferenceId, Types.STRING)
              .connect(parsed.keyBy(ImageLabel::referenceId, Types.STRING))
              .transform(
                  "Join labels",
                  TypeInformation.of(ClassificationEvent.class),
                  new JoinLabelsOperator(subject.labels(), labelSettings.maxDelay()))
              .uid(OperatorIds.JOIN_LABELS);
      events = events.union(joined);
      rejections =
          rejections.union(
              parsed.getSideOutput(Rejections.TAG), joined.getSideOutput(Rejections.TAG));
      parts =
          parts.union(
              joined
                  .transform("Count joined", PART, countEvents(config, subject))
                  .uid(OperatorIds.COUNT_JOINED));
    }
    parts =
        parts.union(
            rejections
                .transform(
                    "Count rejections",
                    PART,
                    new CountRejections(subject, rules(config, subject), config.stream()))
                .uid(OperatorIds.COUNT_REJECTIONS));
    outputs.reports().accept(report(parts, config, subject));
    outputs.rejections().accept(rejections);
    if (outputs.events() != null) {
      outputs.events().accept(events);
    }
  }

  /** Merges parts into reports. */
  private static DataStream<EvaluationReport> report(
      DataStream<EvaluationPart> parts, EvaluateJobConfig config, EvaluationSubject subject) {
    return parts
        .keyBy(EvaluationPart::window, Types.LONG)
        .transform(
            "Report",
            TypeInformation.of(EvaluationReport.class),
            new ReportOperator(
                subject,
                rules(config, subject),
                config.stream(),
                config.evaluate().confusedPairs()))
        .uid(OperatorIds.REPORT);
  }

  private static CountEvents countEvents(EvaluateJobConfig config, EvaluationSubject subject) {
    return new CountEvents(subject, rules(config, subject), config.stream());
  }

  private static CountingRules rules(EvaluateJobConfig config, EvaluationSubject subject) {
    List<Integer> topK = config.evaluate().topK();
    return new CountingRules(subject.labels().size(), topK, config.evaluate().calibrationBins());
  }

  /**
   * What reports are about.
   *
   * @param split of a data set; null for a stream
   */
  static EvaluationSubject subject(ModelDescriptor model, @Nullable String split) {
    return new EvaluationSubject(
        model.name(),
        model.version(),
        model.fingerprint(),
        model.labels(),
        split,
        Catalogue.publishedTop1(model.name(), model.classes()));
  }
}
