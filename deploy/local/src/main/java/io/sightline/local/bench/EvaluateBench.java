// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.config.ConfigurationException;
import io.sightline.config.EvaluateJobConfig;
import io.sightline.config.Problems;
import io.sightline.config.ResolvedConfiguration;
import io.sightline.evaluate.EvaluationSubject;
import io.sightline.job.EvaluateJob;
import io.sightline.local.LocalFlink;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.Rejection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** One run of the evaluate job behind the classifier on made-up outcomes. */
final class EvaluateBench {

  /** When the first source opened: job and bench are in one process. */
  private static final AtomicLong STARTED = new AtomicLong();

  /** When the last report came, and how many images it is about. */
  private static volatile long reportedAt;

  private static volatile long reported;

  private EvaluateBench() {}

  /**
   * What was measured.
   *
   * @param seconds from when the first source opened to the report about all outcomes
   * @param stateBytes of the largest checkpoint
   */
  record Measurement(long outcomes, double seconds, long stateBytes) {

    double perSecond() {
      return outcomes / seconds;
    }
  }

  /**
   * Runs the job to its end.
   *
   * @throws IllegalStateException where the last report is not about every outcome
   */
  static Measurement run(long outcomes, int classes, int parallelism) throws Exception {
    STARTED.set(0);
    reported = 0;
    Configuration flink = config().classify().flink();
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(parallelism);
    define(env, outcomes, classes);
    try (LocalFlink cluster = LocalFlink.run(env, flink, parallelism)) {
      while (!cluster.status().isGloballyTerminalState()) {
        TimeUnit.MILLISECONDS.sleep(200);
      }
      if (cluster.status() != JobStatus.FINISHED) {
        cluster.check();
      }
      if (reported != outcomes) {
        throw new IllegalStateException(
            "the last report is about %d of %d outcomes".formatted(reported, outcomes));
      }
      double seconds = (reportedAt - STARTED.get()) / 1e9;
      long state = new Checkpoints(cluster.webInterface(), cluster.job()).largestState();
      return new Measurement(outcomes, seconds, state);
    }
  }

  private static void define(StreamExecutionEnvironment env, long outcomes, int classes)
      throws ConfigurationException {
    SingleOutputStreamOperator<ClassificationEvent> events =
        env.fromSource(
                new DataGeneratorSource<>(
                    new SyntheticOutcomes(classes),
                    outcomes,
                    TypeInformation.of(ClassificationEvent.class)),
                WatermarkStrategy.noWatermarks(),
                "Outcomes")
            .uid("outcomes");
    DataStream<Rejection> none =
        events
            .flatMap(
                (ClassificationEvent event, org.apache.flink.util.Collector<Rejection> out) -> {})
            .returns(TypeInformation.of(Rejection.class))
            .uid("no-rejections");
    EvaluateJob.evaluate(
        env,
        config(),
        new EvaluationSubject("synthetic", null, "f", SyntheticOutcomes.names(classes), null, null),
        events,
        none,
        null,
        new EvaluateJob.Outputs(
            null,
            rejections -> rejections.sinkTo(new DiscardingSink<>()).uid("rejections-nowhere"),
            EvaluateBench::keep));
  }

  /** Notes that a source opens. */
  static void started() {
    STARTED.compareAndSet(0, System.nanoTime());
  }

  private static void keep(DataStream<EvaluationReport> reports) {
    reports
        .map(
            report -> {
              reported = report.getImages();
              reportedAt = System.nanoTime();
              return report;
            })
        .uid("keep")
        .sinkTo(new DiscardingSink<>())
        .uid("reports-nowhere");
  }

  private static EvaluateJobConfig config() throws ConfigurationException {
    Problems problems = new Problems();
    EvaluateJobConfig config =
        EvaluateJobConfig.read(
            ResolvedConfiguration.of(
                Configuration.fromMap(
                    Map.of(
                        "source.kafka.bootstrap-servers", "none:1",
                        "source.topics", "none",
                        "model.dir", "none",
                        "rejections.topic", "rejections",
                        "evaluate.reports.topic", "reports"))),
            problems);
    problems.throwIfAny();
    return config;
  }
}
