// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ConfigLoader;
import io.sightline.config.EvaluateJobConfig;
import io.sightline.config.EvaluateSettings;
import io.sightline.config.LabelSettings;
import io.sightline.config.Problems;
import io.sightline.dataset.ImageFolder;
import io.sightline.dataset.InvalidFolderException;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.ClassLabels;
import io.sightline.sink.KafkaChecks;
import io.sightline.sink.Producers;
import io.sightline.sink.ReportSize;
import io.sightline.source.KafkaSources;
import io.sightline.source.SourcePartitions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code sightline evaluate}: how good a model is, on a stream or on a data set. */
@Command(
    name = "evaluate",
    description = {
      "Measures how good a model is on labelled images: top-1, top-k, precision, recall and F1 by"
          + " class, the most confused pairs, calibration.",
      "On a stream (--config FILE) it reports about everything so far and by window;"
          + " conf/evaluate.yaml is an example, conf/OPTIONS.md lists every option.",
      "On a data set (--model DIR --dataset DIR --output DIR) it ends with the data set, and leaves"
          + " report.html, report.json, predictions.avro and evaluate_result.json. Submitted to a"
          + " cluster, all three folders must be seen by all its machines."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The job ran to its end or was submitted; --explain and --check: all is well.",
      "1:The job or a check failed, or brokers and topics are not as the job needs them.",
      "2:The command line, the configuration or the data set is wrong; every problem is on standard"
          + " error. Nothing was started."
    })
final class EvaluateCommand implements Callable<Integer> {

  @Mixin private JobFlags flags;

  @Option(
      names = "--dataset",
      paramLabel = "DIR",
      description =
          "Labelled images: a PaddleX dataset folder, whose val.txt has lines of path and class id,"
              + " or a folder with a folder a class, named by label name or class id.")
  private @Nullable Path dataset;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "Split of the data set: the list NAME.txt, or the folders below NAME (default: val).")
  private @Nullable String split;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where the results of a data set go. An empty or new folder.")
  private @Nullable Path output;

  @Option(
      names = "--overwrite",
      description = "Replaces an earlier evaluation in the folder of --output.")
  private boolean overwrite;

  @Option(
      names = "--no-thumbnails",
      description = "Leaves the images themselves out of report.html.")
  private boolean noThumbnails;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "Slots that work at once; the same as --set parallelism.default=N (default: the cores of"
              + " this machine, or the cluster's default).")
  private @Nullable Integer parallelism;

  @Spec private CommandSpec spec;

  private final Definition definition;
  private final ReadinessChecks.SessionCheck sessionCheck;
  private final Duration brokerTimeout;

  /** Adds the evaluate job on a stream to an environment. */
  @FunctionalInterface
  interface Definition {

    /**
     * Adds the job.
     *
     * @param partitions of the source's topics
     */
    void define(
        StreamExecutionEnvironment env,
        EvaluateJobConfig config,
        ModelDescriptor model,
        SourcePartitions partitions);
  }

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  EvaluateCommand(
      Definition definition, ReadinessChecks.SessionCheck sessionCheck, Duration brokerTimeout) {
    this.definition = definition;
    this.sessionCheck = sessionCheck;
    this.brokerTimeout = brokerTimeout;
  }

  @Override
  public Integer call() throws Exception {
    if (parallelism != null && parallelism < 1) {
      throw wrong("--parallelism must be at least 1 (got %d)".formatted(parallelism));
    }
    if (dataset == null) {
      if (output != null || split != null || overwrite || noThumbnails) {
        throw wrong(
            "--output, --split, --overwrite and --no-thumbnails are for a data set: --dataset is missing");
      }
      return stream();
    }
    if (output == null) {
      throw wrong("--dataset needs --output");
    }
    if (split != null && !split.matches("[A-Za-z0-9_-]+")) {
      throw wrong("--split must be a name of letters, digits, - and _ (got " + split + ")");
    }
    return dataset(dataset, split == null ? "val" : split, output);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private ConfigLoader loader(Problems problems) {
    ConfigLoader loader = flags.loader(problems);
    return parallelism == null
        ? loader
        : loader.set(
            CoreOptions.DEFAULT_PARALLELISM.key(), parallelism.toString(), "--parallelism");
  }

  private int stream() throws Exception {
    Problems problems = new Problems();
    EvaluateJobConfig config = EvaluateJobConfig.read(loader(problems).resolve(), problems);
    KafkaSources.checkProperties(config.classify().source(), problems);
    Producers.checkProperties(
        config.classify().events(), config.classify().rejections(), config.reports(), problems);
    ModelDescriptor model = ModelReading.read(config.classify(), problems);
    if (model != null) {
      EvaluateSettings evaluate = config.evaluate();
      ReportSize.check(
          config.reports(),
          model.labels(),
          evaluate.confusedPairs(),
          evaluate.calibrationBins(),
          problems);
    }
    if (!problems.isEmpty() || model == null) {
      return badConfiguration(problems);
    }
    if (flags.explain()) {
      Problems unreachable = new Problems();
      SourcePartitions partitions =
          new KafkaChecks(brokerTimeout, unreachable, note -> {})
              .source(config.classify().source());
      if (!partitions.areKnown()) {
        out()
            .println(
                "The number of partitions is not known: the graph may differ in its exchange.");
      }
      explain(config, model, env -> definition.define(env, config, model, partitions));
    }
    if (flags.check()
        && !new ReadinessChecks(out(), sessionCheck, brokerTimeout).run(config, model)) {
      return ExitCode.FAILED;
    }
    return flags.explain() || flags.check() ? ExitCode.OK : runStream(config, model);
  }

  private int runStream(EvaluateJobConfig config, ModelDescriptor model) throws Exception {
    Problems problems = new Problems();
    KafkaChecks checks = new KafkaChecks(brokerTimeout, problems, note -> {});
    SourcePartitions partitions = checks.source(config.classify().source());
    LabelSettings labels = config.labels();
    if (labels != null) {
      checks.labels(labels.source(config.classify().source()));
    }
    if (config.classify().events().isThere()) {
      checks.events(config.classify().events());
    }
    checks.rejections(config.classify().rejections());
    checks.reports(config.reports());
    if (!problems.isEmpty()) {
      ProblemList.print(
          spec.commandLine().getErr(),
          "Brokers and topics are not as the job needs them. Nothing was started.",
          problems.messages());
      return ExitCode.FAILED;
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.classify().flink());
    definition.define(env, config, model, partitions);
    return Submission.run(
        env, config.classify().jobName(), config.sinks(), spec.commandLine().getErr());
  }

  private int dataset(Path dataset, String split, Path output) throws Exception {
    Problems problems = new Problems();
    EvaluationOutput folder = EvaluationOutput.of(output, overwrite, problems);
    EvaluateJobConfig config =
        EvaluateJobConfig.readForDataset(
            loader(problems).resolve(),
            folder.events(),
            folder.rejections(),
            folder.reports(),
            problems);
    ModelDescriptor model = ModelReading.read(config.classify(), problems);
    ImageFolder images = model == null ? null : images(dataset, split, model, problems);
    if (!problems.isEmpty() || model == null || images == null) {
      return badConfiguration(problems);
    }
    DatasetEvaluation evaluation =
        new DatasetEvaluation(config, model, images.images(), split, folder, !noThumbnails);
    if (flags.explain()) {
      explain(config, model, evaluation::define);
    }
    if (flags.check()
        && !new ReadinessChecks(out(), sessionCheck, brokerTimeout)
            .runForDataset(
                config,
                model,
                "%d images of %s in %s".formatted(images.images().size(), split, dataset))) {
      return ExitCode.FAILED;
    }
    if (flags.explain() || flags.check()) {
      return ExitCode.OK;
    }
    StreamExecutionEnvironment env = evaluation.environment();
    if (!env.getConfiguration().get(DeploymentOptions.ATTACHED)) {
      problems.add(
          "%s must be true, because the results are written when the job has ended: submit it without --detached"
              .formatted(DeploymentOptions.ATTACHED.key()));
      return badConfiguration(problems);
    }
    evaluation.run(env, out());
    return ExitCode.OK;
  }

  private static @Nullable ImageFolder images(
      Path dataset, String split, ModelDescriptor model, Problems problems) {
    try {
      return ImageFolder.readSplit(dataset, split, new ClassLabels(model.labels()));
    } catch (InvalidFolderException e) {
      problems.add("--dataset: " + e.getMessage());
    } catch (IOException e) {
      problems.add("--dataset: %s can't be read: %s".formatted(dataset, e));
    }
    return null;
  }

  private int badConfiguration(Problems problems) {
    ProblemList.print(
        spec.commandLine().getErr(),
        "The configuration can't be run. Nothing was started.",
        problems.messages());
    return ExitCode.BAD_CONFIGURATION;
  }

  private interface Graph {
    void define(StreamExecutionEnvironment env);
  }

  private void explain(EvaluateJobConfig config, ModelDescriptor model, Graph graph) {
    Explanation explanation = new Explanation(out());
    explanation.options(config.classify());
    explanation.model(model);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.classify().flink());
    graph.define(env);
    explanation.graph(env.getStreamGraph());
    out().flush();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
