// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static java.util.Objects.requireNonNull;

import io.sightline.config.EvaluateJobConfig;
import io.sightline.dataset.LabelledImage;
import io.sightline.evaluate.EvaluationFolder;
import io.sightline.evaluate.EvaluationProgress;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.ClassLabels;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.source.DatasetSources;
import io.sightline.source.SourcePartitions;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The evaluation of a data set: the bounded job, and what the main program makes of its output when
 * it has ended. Used once.
 */
final class DatasetEvaluation {

  private static final String LOOPBACK = "127.0.0.1";
  private static final long PROGRESS_SECONDS = 2;
  private static final int RESTARTS = 3;

  /** Events that may be in memory at once, and files that may be open at once. */
  private static final int MIN_RANGE = 10_000;

  private static final int MAX_RANGES = 200;

  private final EvaluateJobConfig config;
  private final ModelDescriptor model;
  private final List<LabelledImage> images;
  private final String split;
  private final EvaluationOutput output;
  private final boolean thumbnails;
  private final Map<String, Integer> positions = new HashMap<>();

  DatasetEvaluation(
      EvaluateJobConfig config,
      ModelDescriptor model,
      List<LabelledImage> images,
      String split,
      EvaluationOutput output,
      boolean thumbnails) {
    this.config = config;
    this.model = model;
    this.images = images;
    this.split = split;
    this.output = output;
    this.thumbnails = thumbnails;
    for (LabelledImage image : images) {
      positions.put(image.name(), positions.size());
    }
  }

  /** Adds the job to an environment. */
  void define(StreamExecutionEnvironment env) {
    EvaluateJob.define(
        env,
        config,
        model,
        EvaluateJob.subject(model, split),
        SourcePartitions.of(split, env.getParallelism()), // so the source splits the data set
        start ->
            start
                .fromSource(
                    DatasetSources.create(images, Instant.now()),
                    WatermarkStrategy.noWatermarks(),
                    "Data set")
                .uid(OperatorIds.SOURCE),
        null,
        EvaluateJob.Outputs.of(config));
  }

  /**
   * The environment that the job runs in: a cluster that it was submitted to, or one of its own.
   */
  StreamExecutionEnvironment environment() {
    return StreamExecutionEnvironment.getExecutionEnvironment(cluster(config.classify().flink()));
  }

  /** Runs the job to its end, and writes the results. */
  void run(StreamExecutionEnvironment env, PrintWriter out) throws Exception {
    output.prepare();
    try {
      define(env);
      out.printf("Evaluating %s on %d images of %s%n", model.name(), images.size(), split);
      out.flush();
      await(env.executeAsync(config.classify().jobName()), out);
      finish(out);
    } finally {
      output.deleteWork();
    }
  }

  /** What an embedded cluster needs; one that is there already does not look at it. */
  private static Configuration cluster(Configuration flink) {
    if (!flink.contains(RestartStrategyOptions.RESTART_STRATEGY)) {
      // Flink's default would restart a job for ever whose model can't be run.
      flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
      flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, RESTARTS);
      flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(1));
    }
    setDefault(flink, HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    setDefault(flink, JobManagerOptions.BIND_HOST, LOOPBACK);
    setDefault(flink, RestOptions.BIND_ADDRESS, LOOPBACK);
    return flink;
  }

  private static <T> void setDefault(
      Configuration flink, org.apache.flink.configuration.ConfigOption<T> option, T value) {
    if (!flink.contains(option)) {
      flink.set(option, value);
    }
  }

  private void await(JobClient job, PrintWriter out) throws Exception {
    CompletableFuture<?> result = job.getJobExecutionResult();
    long start = System.nanoTime();
    long shown = 0;
    while (true) {
      try {
        result.get(PROGRESS_SECONDS, TimeUnit.SECONDS);
        return;
      } catch (TimeoutException e) {
        long done = done(job);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (done > shown) { // after a failure the job counts anew
          shown = done;
          out.printf(
              Locale.ROOT,
              "%8d of %d images, %.1f images/s%n",
              done,
              images.size(),
              done / seconds);
          out.flush();
        }
      }
    }
  }

  private static long done(JobClient job) throws InterruptedException {
    try {
      Object done = job.getAccumulators().get().get(EvaluationProgress.ACCUMULATOR);
      return done instanceof Long count ? count : 0;
    } catch (ExecutionException e) {
      return 0; // the job has ended meanwhile, or is about to start
    }
  }

  private void finish(PrintWriter out) throws Exception {
    List<EvaluationReport> reports = output.read("reports", EvaluationReport.class);
    if (reports.size() != 1) {
      throw new IllegalStateException(
          "the job has written %d reports to %s, not one".formatted(reports.size(), output.work()));
    }
    EvaluationReport report = reports.get(0);
    OrderedEvents predictions =
        OrderedEvents.spread(
            output.files("events"),
            images.size(),
            this::position,
            Math.max(MIN_RANGE, images.size() / MAX_RANGES + 1),
            output.work());
    ClassLabels labels = ClassLabels.ids(model.labels());
    EvaluationFolder.write(
        output.folder(),
        report,
        predictions,
        new EvaluationFolder.Options(
            EvaluationFolder.Options.DEFAULT_SHOWN_IMAGES,
            event -> classId(labels, event),
            thumbnails ? event -> Files.readAllBytes(file(event)) : null,
            config.classify().decode()));
    EvaluationSummary.print(report, out);
    out.printf("The results are in %s%n", output.folder());
    out.flush();
  }

  private int position(ClassificationEvent event) {
    return requireNonNull(positions.get(event.getReferenceId()));
  }

  private Path file(ClassificationEvent event) {
    return images.get(position(event)).file();
  }

  private static int classId(ClassLabels labels, ClassificationEvent event) {
    try {
      return labels.classId(String.valueOf(event.getLabel()));
    } catch (RejectedException e) {
      throw new IllegalStateException("an event was counted whose label is no class", e);
    }
  }
}
