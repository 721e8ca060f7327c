// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.Problems;
import io.sightline.config.RetrySettings;
import io.sightline.model.ModelDescriptor;
import io.sightline.sink.KafkaChecks;
import io.sightline.sink.Producers;
import io.sightline.source.KafkaSources;
import io.sightline.source.SourcePartitions;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code sightline classify}: runs, explains or checks the classify job. */
@Command(
    name = "classify",
    description =
        "Classifies the images that Kafka records refer to. Each ends as one event or one"
            + " rejection. conf/classify.yaml is an example of a configuration, conf/OPTIONS.md lists"
            + " every option.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The job ran to its end or was submitted; --explain and --check: all is well.",
      "1:The job or a check failed, or brokers and topics are not as the job needs them.",
      "2:The command line or the configuration is wrong; every problem is on standard error."
          + " Nothing was started."
    })
final class ClassifyCommand implements Callable<Integer> {

  @Mixin private JobFlags flags;

  @Spec private CommandSpec spec;

  private final JobDefinition definition;
  private final ReadinessChecks.SessionCheck sessionCheck;
  private final Duration brokerTimeout;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  ClassifyCommand(
      JobDefinition definition, ReadinessChecks.SessionCheck sessionCheck, Duration brokerTimeout) {
    this.definition = definition;
    this.sessionCheck = sessionCheck;
    this.brokerTimeout = brokerTimeout;
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Problems problems = new Problems();
    ClassifyJobConfig config = configuration(problems);
    ModelDescriptor descriptor = ModelReading.read(config, problems);
    if (!problems.isEmpty() || descriptor == null) {
      ProblemList.print(
          spec.commandLine().getErr(),
          "The configuration can't be run. Nothing was started.",
          problems.messages());
      return ExitCode.BAD_CONFIGURATION;
    }
    if (flags.explain()) {
      explain(config, descriptor, out);
    }
    if (flags.check()
        && !new ReadinessChecks(out, sessionCheck, brokerTimeout).run(config, descriptor)) {
      return ExitCode.FAILED;
    }
    return flags.explain() || flags.check() ? ExitCode.OK : run(config, descriptor);
  }

  private ClassifyJobConfig configuration(Problems problems) {
    ClassifyJobConfig config = ClassifyJobConfig.read(flags.loader(problems).resolve(), problems);
    KafkaSources.checkProperties(config.source(), problems);
    Producers.checkProperties(config.events(), config.rejections(), config.retries(), problems);
    return config;
  }

  private void explain(ClassifyJobConfig config, ModelDescriptor descriptor, PrintWriter out) {
    Explanation explanation = new Explanation(out);
    explanation.options(config);
    explanation.model(descriptor);
    Problems unreachable = new Problems();
    SourcePartitions partitions =
        new KafkaChecks(brokerTimeout, unreachable, note -> {}).source(config.source());
    if (!partitions.areKnown()) {
      out.println("The number of partitions is not known: the graph may differ in its exchange.");
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.flink());
    definition.define(env, config, descriptor, partitions);
    explanation.graph(env.getStreamGraph());
    out.flush();
  }

  private int run(ClassifyJobConfig config, ModelDescriptor descriptor) throws Exception {
    Problems problems = new Problems();
    KafkaChecks checks = new KafkaChecks(brokerTimeout, problems, note -> {});
    SourcePartitions partitions = checks.source(config.source());
    checks.events(config.events());
    checks.rejections(config.rejections());
    RetrySettings retries = config.retries();
    if (retries != null) {
      checks.retries(retries.sink(), retries.source(config.source()));
    }
    if (!problems.isEmpty()) {
      ProblemList.print(
          spec.commandLine().getErr(),
          "Brokers and topics are not as the job needs them. Nothing was started.",
          problems.messages());
      return ExitCode.FAILED;
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.flink());
    definition.define(env, config, descriptor, partitions);
    return Submission.run(env, config.jobName(), config.sinks(), spec.commandLine().getErr());
  }
}
