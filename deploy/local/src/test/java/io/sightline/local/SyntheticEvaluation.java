// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.EvaluateJobConfig;
import io.sightline.config.Problems;
import io.sightline.config.ResolvedConfiguration;
import io.sightline.config.SinkSettings;
import io.sightline.evaluate.EvaluationSubject;
import io.sightline.job.EvaluateJob;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.Rejection;
import io.sightline.sink.Sinks;
import io.sightline.testing.Records;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.jspecify.annotations.Nullable;

/**
 * The evaluate job behind the classifier, on outcomes that are made up: which one has which index
 * is always the same. Each twentieth is a rejection, another twentieth has a label that is no
 * class. Event time is the index within a half of the outcomes, so that two subtasks go through the
 * same windows.
 *
 * @param perSecond outcomes that the source gives in a second
 * @param reports folder of the reports
 */
record SyntheticEvaluation(int outcomes, int perSecond, Path reports) {

  private static final int CLASSES = 50;
  private static final List<String> NAMES =
      IntStream.range(0, CLASSES).mapToObj(id -> "class " + id).toList();

  /** The subject of the reports. */
  static final EvaluationSubject SUBJECT =
      new EvaluationSubject("synthetic", null, "f00d", NAMES, null, 0.7);

  /**
   * Adds the job to an environment.
   *
   * @param strikes fails where it says; null fails nowhere
   */
  void define(StreamExecutionEnvironment env, String windowSize, @Nullable Strikes strikes) {
    EvaluateJobConfig config = config(windowSize);
    int half = outcomes / 2;
    var numbers =
        env.fromSource(
                new DataGeneratorSource<>(
                    index -> index,
                    outcomes,
                    RateLimiterStrategy.perSecond(perSecond),
                    TypeInformation.of(Long.class)),
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                    .withTimestampAssigner((index, timestamp) -> index % half),
                "Numbers")
            .uid("numbers")
            .map(new Strikes.Tap(strikes))
            .name("Strikes")
            .uid("strikes");
    var events =
        numbers
            .filter(index -> index % 20 != 7)
            .name("Not rejected")
            .uid("not-rejected")
            .map(SyntheticEvaluation::event)
            .name("Events")
            .uid("synthetic-events");
    var rejections =
        numbers
            .filter(index -> index % 20 == 7)
            .name("Rejected")
            .uid("rejected")
            .map(SyntheticEvaluation::rejection)
            .name("Rejections")
            .uid("synthetic-rejections");
    EvaluateJob.evaluate(
        env,
        config,
        SUBJECT,
        events,
        rejections,
        null,
        new EvaluateJob.Outputs(
            null,
            rejected -> rejected.sinkTo(new DiscardingSink<>()).uid("nowhere"),
            reported ->
                reported
                    .sinkTo(Sinks.reports(SinkSettings.avroFiles(reports.toUri().toString())))
                    .uid("reports")));
  }

  private static EvaluateJobConfig config(String windowSize) {
    Problems problems = new Problems();
    EvaluateJobConfig config =
        EvaluateJobConfig.read(
            ResolvedConfiguration.of(
                Configuration.fromMap(
                    Map.of(
                        "source.kafka.bootstrap-servers", "127.0.0.1:1",
                        "source.topics", "none",
                        "model.dir", "none",
                        "rejections.topic", "rejections",
                        "evaluate.reports.topic", "reports",
                        "evaluate.report-interval", "0 s",
                        "evaluate.window.size", windowSize))),
            problems);
    assertThat(problems.messages()).isEmpty();
    return config;
  }

  private static ClassificationEvent event(long index) {
    SplittableRandom random = new SplittableRandom(index);
    int label = random.nextInt(CLASSES);
    boolean right = random.nextInt(10) < 7;
    int best = right ? label : (label + 1 + random.nextInt(5)) % CLASSES;
    float score = random.nextInt(1, 1000) / 1000f;
    return ClassificationEvent.newBuilder(Records.event("id-" + index))
        .setLabel(index % 20 == 3 ? "no class" : Integer.toString(label))
        .setClassIds(List.of(best, (best + 1) % CLASSES, (best + 2) % CLASSES))
        .setScores(List.of(score, (1 - score) / 2, (1 - score) / 3))
        .setLabelNames(List.of("a", "b", "c"))
        .build();
  }

  private static Rejection rejection(long index) {
    Rejection rejection = Records.rejection("id-" + index, 1);
    rejection.setReason(index % 40 == 7 ? "malformed-record" : "empty-record");
    return rejection;
  }

  /** The finished reports, without their times, in the order of windows; everything so far last. */
  List<EvaluationReport> read() throws Exception {
    List<EvaluationReport> read = AvroFiles.read(reports, EvaluationReport.class);
    read.forEach(report -> report.setCreatedAt(Instant.EPOCH));
    read.sort(
        Comparator.comparing(
            EvaluationReport::getWindowStart, Comparator.nullsLast(Comparator.naturalOrder())));
    return read;
  }
}
