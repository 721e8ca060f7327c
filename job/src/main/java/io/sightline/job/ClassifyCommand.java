// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.ConfigLoader;
import io.sightline.config.ModelOptions;
import io.sightline.config.Problems;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.sink.KafkaChecks;
import io.sightline.sink.Producers;
import io.sightline.source.KafkaSources;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginManager;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with the job's options and Flink's own.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one option, over the file. May be repeated.")
  private List<String> sets = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the model; the same as --set model.dir=DIR.")
  private @Nullable String model;

  @Option(
      names = "--explain",
      description =
          "Prints every option with its value and where it comes from, the model and the graph."
              + " Starts nothing.")
  private boolean explain;

  @Option(
      names = "--check",
      description =
          "Tries the model, the native libraries, brokers, topics, permissions and one write to a"
              + " file output, and prints a line for each. Starts nothing.")
  private boolean check;

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
    ModelDescriptor descriptor = model(config, problems);
    if (!problems.isEmpty() || descriptor == null) {
      ProblemList.print(
          spec.commandLine().getErr(),
          "The configuration can't be run. Nothing was started.",
          problems.messages());
      return ExitCode.BAD_CONFIGURATION;
    }
    if (explain) {
      explain(config, descriptor, out);
    }
    if (check && !new ReadinessChecks(out, sessionCheck, brokerTimeout).run(config, descriptor)) {
      return ExitCode.FAILED;
    }
    return explain || check ? ExitCode.OK : run(config, descriptor);
  }

  private ClassifyJobConfig configuration(Problems problems) {
    ConfigLoader loader = new ConfigLoader(problems);
    if (file != null) {
      loader.file(file);
    }
    sets.forEach(loader::set);
    if (model != null) {
      loader.set(ModelOptions.DIR.key(), model, "--model");
    }
    ClassifyJobConfig config = ClassifyJobConfig.read(loader.resolve(), problems);
    KafkaSources.checkProperties(config.source(), problems);
    Producers.checkProperties(config.events(), config.rejections(), problems);
    return config;
  }

  /** Reads the model even where options are wrong, so that all problems come at once. */
  private static @Nullable ModelDescriptor model(ClassifyJobConfig config, Problems problems) {
    String dir = config.model().dir();
    if (dir.isEmpty()) {
      return null;
    }
    initializeFileSystems(config);
    try (LocalFolder folder = LocalFolder.acquire(dir, "submit")) {
      return ModelFolder.read(folder.path(), config.model(), problems);
    } catch (IOException | IllegalArgumentException e) {
      problems.add("model.dir can't be read: " + e.getMessage());
      return null;
    }
  }

  /** Gives Flink's file systems their options, where none of Flink's own scripts has done so. */
  private static void initializeFileSystems(ClassifyJobConfig config) {
    if (System.getenv("FLINK_CONF_DIR") != null) {
      return;
    }
    String plugins =
        System.getenv()
            .getOrDefault(
                ConfigConstants.ENV_FLINK_PLUGINS_DIR, ConfigConstants.DEFAULT_FLINK_PLUGINS_DIRS);
    PluginManager manager =
        Files.isDirectory(Path.of(plugins))
            ? PluginUtils.createPluginManagerFromRootFolder(config.flink())
            : null;
    FileSystem.initialize(config.flink(), manager);
  }

  private void explain(ClassifyJobConfig config, ModelDescriptor descriptor, PrintWriter out) {
    Explanation explanation = new Explanation(out);
    explanation.options(config);
    explanation.model(descriptor);
    Problems unreachable = new Problems();
    int partitions =
        new KafkaChecks(brokerTimeout, unreachable, note -> {}).source(config.source()).orElse(0);
    if (partitions == 0) {
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
    OptionalInt partitions = checks.source(config.source());
    checks.events(config.events());
    checks.rejections(config.rejections());
    if (!problems.isEmpty()) {
      ProblemList.print(
          spec.commandLine().getErr(),
          "Brokers and topics are not as the job needs them. Nothing was started.",
          problems.messages());
      return ExitCode.FAILED;
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.flink());
    definition.define(env, config, descriptor, partitions.orElse(0));
    env.execute(config.jobName());
    return ExitCode.OK;
  }
}
