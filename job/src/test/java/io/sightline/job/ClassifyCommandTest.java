// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.RemoteFileSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ClassifyCommandTest {

  /** Nothing listens there: each check of a broker fails at once. */
  private static final String NO_BROKER = "127.0.0.1:1";

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> defined = new ArrayList<>();

  @Test
  void helpNamesEveryFlagAndTheExitCodes() {
    assertThat(run("classify", "--help")).isZero();
    assertThat(out.toString())
        .contains("--config", "--set", "--model", "--explain", "--check")
        .contains("0   The job ran", "1   The job or a check failed", "2   The command line");
  }

  @Test
  void withoutACommandTheUsageIsShown() {
    assertThat(run()).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("A command is missing").contains("classify");
  }

  @Test
  void anotherModuleCanAddItsCommand() {
    CommandLine line = Sightline.commandLine(new Extra()).setOut(new PrintWriter(out));

    assertThat(line.execute("extra")).isZero();
    line.execute("--help");
    assertThat(out.toString()).contains("An extra command");
  }

  @Test
  void problemsOfOptionsAndModelComeNumberedInOneList() throws IOException {
    Path file = Files.writeString(folder.resolve("job.yaml"), "batch.max-size: 0\nbath.x: 1\n");

    int code = run("classify", "--config", file.toString(), "--model", folder.toString());

    assertThat(code).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("Nothing was started")
        .containsPattern("(?m)^ +\\d+\\. batch.max-size must be at least 1 \\(got 0\\)$")
        .containsPattern("(?m)^ +\\d+\\. bath.x is not a known option")
        .containsPattern("(?m)^ +\\d+\\. source.kafka.bootstrap-servers must be set$")
        .containsPattern("(?m)^ +\\d+\\. model.dir \\(.*\\): ");
    assertThat(defined).isEmpty();
  }

  @Test
  void anUnknownFlagIsABadCommandLine() {
    assertThat(run("classify", "--chekc")).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--chekc").contains("--check");
  }

  @Test
  void explainShowsValuesWithTheirSourceModelAndGraphAndMasksSecrets() throws IOException {
    Path file = validFile("sink.kafka.properties.sasl.jaas.config: hunter2\nbatch.max-size: 4\n");

    int code =
        run("classify", "--config", file.toString(), "--set", "classify.top-k=3", "--explain");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString())
        .doesNotContain("hunter2")
        .containsPattern("(?m)^  batch.max-size +4 +.*job.yaml:7$")
        .containsPattern("(?m)^  classify.top-k +3 +--set$")
        .containsPattern("(?m)^  sink.kafka.properties.sasl.jaas.config +\\*{6} +.*job.yaml:6$")
        .containsPattern("(?m)^  fetch.timeout +10 s +default$")
        .containsPattern("(?m)^  source.group-id +sightline-classify +from job.name$")
        .containsPattern("(?m)^  execution.checkpointing.interval +10 s +default$")
        .contains("x [N, 3, 8, 8]", "4 classes")
        .containsPattern("(?m)^    Source: numbers +uid numbers-uid$")
        .containsPattern("(?m)^    doubled +uid doubled-uid$");
    assertThat(defined).containsExactly("sightline-classify");
  }

  @Test
  void checkPrintsALineForEachCheckAndFailsWhereOneFailed() throws IOException {
    int code = run("classify", "--config", validFile("").toString(), "--check");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString())
        .containsPattern("(?m)^  ok      configuration ")
        .containsPattern("(?m)^  ok      model +TestClassifier, fingerprint [0-9a-f]{64}$")
        .containsPattern("(?m)^  ok      session +ran$")
        .containsPattern("(?m)^        and took little$")
        .containsPattern("(?m)^  FAILED  source +source.kafka.bootstrap-servers: ")
        .containsPattern("(?m)^  FAILED  sink ")
        .contains("The job can't run as it is.");
    assertThat(defined).isEmpty();
  }

  @Test
  void checkWritesAFileToAFileSinkAndTakesItAway() throws IOException {
    Path events = folder.resolve("events");
    Path file =
        validFile(
            "sink.type: files\nsink.path: %s\nrejections.path: %s\n"
                .formatted(events, folder.resolve("rejections")));

    run("classify", "--config", file.toString(), "--check");

    assertThat(out.toString())
        .containsPattern("(?m)^  ok      sink +wrote and deleted .*; its folder was created$");
    assertThat(events).isEmptyDirectory();
  }

  @Test
  void checkFailsWhereAFileSinkCantBeOpened() throws IOException {
    Path file =
        validFile(
            "sink.type: files\nsink.path: %s\nrejections.path: %s\n"
                .formatted(
                    RemoteFileSystem.uri(folder.resolve("events")), folder.resolve("rejections")));

    assertThat(run("classify", "--config", file.toString(), "--check")).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString())
        .containsPattern(
            "(?m)^  FAILED  sink +remote:.* is on a file system to which Flink can't write exactly"
                + " once");
  }

  @Test
  void withoutABrokerNothingIsStarted() throws IOException {
    int code = run("classify", "--config", validFile("").toString());

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("Nothing was started").contains(NO_BROKER);
    assertThat(defined).isEmpty();
  }

  @Test
  void aModelIsLookedUpByItsNameInTheRepository() throws IOException {
    Path repository = folder.resolve("models");
    OnnxGraphs.classifier(4, 8, 8).writeFolder(repository.resolve("Flowers_onnx"));
    Files.createDirectories(repository.resolve("Flowers"));

    int code = run("classify", "--config", named("Flowers", ""), "--explain");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString()).containsPattern("(?m)^  name +Flowers$").contains("4 classes");
  }

  @Test
  void aModelThatIsNowhereAndABadLabelMapAreNamedTogether() throws IOException {
    Path tags = Files.writeString(folder.resolve("tags.yml"), "{0: a, x: b}");

    int code =
        run("classify", "--config", named("ResNet50", "model.label-map: " + tags), "--explain");

    assertThat(code).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString())
        .containsPattern(
            "(?m)^ +\\d+\\. model.name \\(ResNet50\\) was looked up: .*ResNet50_infer.tar")
        .containsPattern("(?m)^ +\\d+\\. model.label-map \\(.*tags.yml\\): .* class id as its key");
  }

  private String named(String name, String more) throws IOException {
    Path file = validFile(more);
    String yaml =
        Files.readString(file)
            .replaceFirst(
                "(?m)^model.dir: .*$",
                "model.name: %s\nmodel.repository: %s".formatted(name, folder.resolve("models")));
    return Files.writeString(file, yaml).toString();
  }

  private Path validFile(String more) throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    OnnxGraphs.classifier(4, 8, 8).writeFolder(model);
    return Files.writeString(
        folder.resolve("job.yaml"),
        """
        source.kafka.bootstrap-servers: %s
        source.topics: references
        model.dir: %s
        sink.topic: events
        rejections.topic: rejections
        """
                .formatted(NO_BROKER, model)
            + more);
  }

  private int run(String... arguments) {
    JobDefinition numbers =
        (env, config, model, partitions) -> {
          defined.add(config.jobName());
          numbers(env);
        };
    CommandLine line =
        Sightline.withCommands(
            new ClassifyCommand(
                numbers,
                (config, model) -> List.of("ran", "and took little"),
                Duration.ofMillis(200)));
    return run(line, arguments);
  }

  private int run(CommandLine line, String... arguments) {
    return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }

  private static void numbers(StreamExecutionEnvironment env) {
    env.fromSequence(1, 3)
        .uid("numbers-uid")
        .name("numbers")
        .map(number -> 2 * number)
        .name("doubled")
        .uid("doubled-uid")
        .sinkTo(new DiscardingSink<>())
        .name("nowhere")
        .uid("nowhere-uid");
  }

  @Test
  void theGraphOfTheJobIsExplainedWithItsUids() throws IOException {
    run(
        Sightline.withCommands(
            new ClassifyCommand(ClassifyJob::define, SessionProbe::run, Duration.ofMillis(200))),
        "classify",
        "--config",
        validFile("parallelism.default: 2\n").toString(),
        "--explain");

    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .containsPattern("(?m)^  task 1, parallelism 2$")
        .containsPattern("(?m)^    Source: References +uid references$")
        .containsPattern("(?m)^    Parse +uid parse$")
        .containsPattern("(?m)^  task 2, parallelism 2, from .* by REBALANCE$")
        .containsPattern("(?m)^    End of watermarks +uid watermarks$")
        .containsPattern("(?m)^    Classify +uid classify$")
        .containsPattern("(?m)^    Route +uid route$")
        .containsPattern("(?m)^    Events: Writer +uid events$")
        .containsPattern("(?m)^    Rejections: Writer +uid rejections$")
        .containsPattern("(?m)^  checkpoints every 10000 ms, unaligned$");
  }

  @Test
  void theSessionCheckRunsTheModel() throws IOException {
    run(
        Sightline.withCommands(
            new ClassifyCommand(ClassifyJob::define, SessionProbe::run, Duration.ofMillis(200))),
        "classify",
        "--config",
        validFile("taskmanager.numberOfTaskSlots: 2\nclassify.workers: 3\n").toString(),
        "--check");

    assertThat(out.toString())
        .containsPattern("(?m)^  ok      session +on this machine: .* batches of 1 and 8 ran on ")
        .containsPattern(
            "(?m)^        a TaskManager needs \\d+ MiB outside its heap for 2 slots of 3 workers "
                + ".*: taskmanager.memory.task.off-heap.size: \\d+m$");
  }

  @Command(name = "extra", description = "An extra command")
  private static final class Extra implements Runnable {
    @Override
    public void run() {}
  }
}
