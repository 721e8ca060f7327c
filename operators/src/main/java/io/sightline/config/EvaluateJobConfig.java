// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the evaluate job is configured by. Immutable; {@link #toString} shows no secrets.
 *
 * @param classify what it has in common with the classify job; its sink of events may be none, and
 *     its options are those of the whole job
 * @param labels labels that come later; null where none do
 * @param reports where reports go
 */
public record EvaluateJobConfig(
    ClassifyJobConfig classify,
    EvaluateSettings evaluate,
    EvaluateStreamSettings stream,
    @Nullable LabelSettings labels,
    SinkSettings reports) {

  /** Name of the job where none is set. */
  public static final String DEFAULT_NAME = "sightline-evaluate";

  private static final String ONCE = "an evaluation counts each image once";

  @Override
  public String toString() {
    return "EvaluateJobConfig" + classify.options();
  }

  /** The settings of all sinks, by the prefix of their options without the last dot. */
  public Map<String, SinkSettings> sinks() {
    Map<String, SinkSettings> sinks = classify.sinks();
    sinks.put("evaluate.reports", reports);
    return sinks;
  }

  /** Whether event time matters behind the classifier. */
  public boolean needsWatermarks() {
    return stream.hasWindows() || labels != null;
  }

  /**
   * Reads and checks the configuration of a job on a stream, as {@link
   * ClassifyJobConfig#read(ResolvedConfiguration, Problems)} does.
   */
  public static EvaluateJobConfig read(ResolvedConfiguration resolved, Problems problems) {
    OptionCatalog catalog = OptionCatalog.EVALUATE;
    FlinkConfiguration flink = FlinkConfiguration.read(resolved, catalog, problems);
    OptionReader options = new OptionReader(resolved, problems);
    String jobName = options.textOrDerived(JobOptions.NAME, DEFAULT_NAME, "the command");
    SourceSettings source =
        SourceOptions.read(options, jobName, options.bytes(RejectionOptions.MAX_RAW_BYTES));
    EvaluateSettings evaluate = EvaluateOptions.read(options);
    ClassifyConfig image = operator(options, evaluate);
    EvaluateStreamSettings stream = EvaluateStreamOptions.read(options);
    LabelSettings labels = EvaluateLabelsOptions.read(options);
    SinkSettings events = SinkOptions.readOptional(options, source, jobName);
    SinkSettings rejections = RejectionOptions.read(options, source, events, jobName);
    SinkSettings reports = EvaluateReportsOptions.read(options, source, events, jobName);
    ClassifyJobConfig classify =
        image.job(jobName, source, events, rejections, null, flink, options, catalog);

    ClassifyCombinations combinations = new ClassifyCombinations(classify, resolved, problems);
    combinations.check();
    combinations.checkNoRetries();
    if (options.has(RetryOptions.TOPIC)) {
      problems.add(
          "%s has no effect: only classify has a retry topic".formatted(RetryOptions.TOPIC.key()));
    }
    SinkCombinations sinks = new SinkCombinations(resolved, flink.configuration(), problems);
    if (events.isThere()) {
      sinks.check("sink", events).checkRecordSize("sink", events);
    }
    sinks.check("rejections", rejections).check("evaluate.reports", reports);
    sinks.checkRecordSize("rejections", rejections);
    sinks.checkSource(source);
    sinks.checkRejectionSize(rejections, source.maxRawBytes());
    if (labels != null) {
      sinks.checkLabels(labels, source);
    }
    sinks.needsExactlyOnceMode(ONCE);
    EvaluateJobConfig config = new EvaluateJobConfig(classify, evaluate, stream, labels, reports);
    config.checkIdleness(problems);
    return config;
  }

  /**
   * Flink's wait operator passes a partition's idleness on ahead of the images that it holds: were
   * it to come before their outcomes, event time would go on without them.
   */
  private void checkIdleness(Problems problems) {
    Duration idleness = classify.source().idleness();
    Duration timeout = classify.classify().timeout();
    if (needsWatermarks() && !idleness.isZero() && idleness.compareTo(timeout) < 0) {
      problems.add(
          "%s must be at least %s, or images of a partition that has become idle are late (got %s < %s)"
              .formatted(
                  SourceOptions.IDLENESS.key(),
                  ClassifyOptions.TIMEOUT.key(),
                  OptionTypes.text(idleness),
                  OptionTypes.text(timeout)));
    }
  }

  /**
   * Reads and checks the configuration of a job on a data set: it has no options of sources and
   * sinks, and writes Avro files.
   *
   * @param events folder of the events
   * @param rejections folder of the rejections
   * @param reports folder of the one report
   */
  public static EvaluateJobConfig readForDataset(
      ResolvedConfiguration resolved,
      String events,
      String rejections,
      String reports,
      Problems problems) {
    OptionCatalog catalog = OptionCatalog.EVALUATE_DATASET;
    ResolvedConfiguration own = withoutStreams(resolved, problems);
    FlinkConfiguration flink = FlinkConfiguration.read(own, catalog, problems);
    OptionReader options = new OptionReader(own, problems);
    String jobName = options.textOrDerived(JobOptions.NAME, DEFAULT_NAME, "the command");
    EvaluateSettings evaluate = EvaluateOptions.read(options);
    ClassifyJobConfig classify =
        operator(options, evaluate)
            .job(
                jobName,
                datasetSource(),
                SinkSettings.avroFiles(events),
                SinkSettings.avroFiles(rejections),
                null,
                flink,
                options,
                catalog);
    ClassifyCombinations combinations = new ClassifyCombinations(classify, own, problems);
    combinations.checkWithoutSource();
    combinations.checkNoRetries();
    new SinkCombinations(own, flink.configuration(), problems).needsExactlyOnceMode(ONCE);
    return new EvaluateJobConfig(
        classify,
        evaluate,
        EvaluateStreamSettings.AT_THE_END,
        null,
        SinkSettings.avroFiles(reports));
  }

  /** Names every option that only a stream has, and takes it away. */
  private static ResolvedConfiguration withoutStreams(
      ResolvedConfiguration resolved, Problems problems) {
    List<String> ofStreams =
        resolved.configuration().keySet().stream()
            .filter(
                key ->
                    OptionCatalog.EVALUATE.contains(key)
                        && !OptionCatalog.EVALUATE_DATASET.contains(key))
            .sorted()
            .toList();
    for (String key : ofStreams) {
      problems.add(
          "%s is for streams and has no effect with --dataset: take it away".formatted(key));
    }
    return resolved.without(ofStreams);
  }

  /** How the references of a data set are read: they are written by the source itself. */
  private static SourceSettings datasetSource() {
    return new SourceSettings(
        "",
        List.of(),
        null,
        DEFAULT_NAME,
        SourceSettings.Start.EARLIEST,
        null,
        SourceSettings.Format.AVRO_SINGLE_OBJECT,
        SourceSettings.Id.FIELD,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        null,
        SourceOptions.ALIGNMENT_MAX_DRIFT.defaultValue(),
        (int) requireNonNull(SourceOptions.MAX_INLINE_BYTES.defaultValue()).getBytes(),
        (int) requireNonNull(RejectionOptions.MAX_RAW_BYTES.defaultValue()).getBytes(),
        Map.of());
  }

  private static ClassifyConfig operator(OptionReader options, EvaluateSettings evaluate) {
    return ClassifyConfig.read(
        options, any -> ClassifyOptions.read(any, EvaluateOptions.eventClasses(any, evaluate)));
  }
}
