// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.OnnxGraphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code evaluate}: what it says and which exit code it ends with. Runs no job. */
class EvaluateCommandTest {

  /** A port on which nobody listens. */
  private static final String NO_BROKER = "127.0.0.1:1";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> defined = new ArrayList<>();

  @Test
  void helpNamesBothFormsAndTheExitCodes() {
    assertThat(run("evaluate", "--help")).isZero();
    assertThat(out.toString())
        .contains("--config", "--dataset", "--split", "--output", "--overwrite", "--parallelism")
        .contains("Exit codes");
  }

  @Test
  void flagsOfADataSetWithoutOneAreABadCommandLine() {
    assertThat(run("evaluate", "--output", "x")).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--dataset is missing");
    assertThat(run("evaluate", "--dataset", "x")).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--dataset needs --output");
    assertThat(run("evaluate", "--dataset", "x", "--output", "y", "--split", "../z"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--split must be a name");
    assertThat(run("evaluate", "--parallelism", "0")).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--parallelism must be at least 1 (got 0)");
  }

  @Test
  void everyProblemOfAStreamIsNamedAtOnce() throws IOException {
    int code =
        run(
            "evaluate",
            "--config",
            validFile("evaluate.labels.max-delay: 1 h\n").toString(),
            "--set",
            "evaluate.topk=1",
            "--set",
            "classify.top-k=2",
            "--set",
            "evaluate.reports.kafka.properties.max.request.size=100");

    assertThat(code).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString())
        .contains("Nothing was started")
        .contains("evaluate.labels.max-delay has no effect")
        .contains("evaluate.topk is not a known option: did you mean evaluate.top-k?")
        .contains("classify.top-k must be at least 5")
        .contains("a report about 4 classes may have");
    assertThat(defined).isEmpty();
  }

  @Test
  void withoutABrokerNothingIsStarted() throws IOException {
    int code = run("evaluate", "--config", validFile("").toString());

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("Nothing was started").contains(NO_BROKER);
    assertThat(defined).isEmpty();
  }

  @Test
  void checkTriesWhatAStreamNeeds() throws IOException {
    int code =
        run(
            "evaluate",
            "--config",
            validFile("evaluate.labels.topic: labels\n").toString(),
            "--check");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString())
        .containsPattern("(?m)^  ok      session +ran$")
        .containsPattern("(?m)^        and took little$")
        .containsPattern("(?m)^  FAILED  source ")
        .containsPattern("(?m)^  FAILED  labels ")
        .containsPattern("(?m)^  FAILED  rejections ")
        .containsPattern("(?m)^  FAILED  reports ")
        .doesNotContain("FAILED  sink");
  }

  @Test
  void theGraphOfAStreamIsThatOfClassifyWithMoreBehindIt() throws IOException {
    String file =
        validFile(
                """
                sink.topic: events
                parallelism.default: 2
                evaluate.window.size: 1 h
                evaluate.labels.topic: labels
                """)
            .toString();
    explain("evaluate", "--config", file, "--explain");

    assertThat(out.toString())
        .containsPattern("(?m)^  classify.top-k +100 +from evaluate.top-k$")
        .containsPattern("(?m)^    Source: References +uid references$")
        .containsPattern("(?m)^    Parse +uid parse$")
        .containsPattern("(?m)^    Classify +uid classify$")
        .containsPattern("(?m)^    Route +uid route$")
        .containsPattern("(?m)^    Label +uid label$")
        .containsPattern("(?m)^    Count +uid count$")
        .containsPattern("(?m)^    Source: Labels +uid labels$")
        .containsPattern("(?m)^    Parse labels +uid parse-labels$")
        .containsPattern("(?m)^    Join labels +uid join-labels$")
        .containsPattern("(?m)^    Count joined +uid count-joined$")
        .containsPattern("(?m)^    Count rejections +uid count-rejections$")
        .containsPattern("(?m)^    Report +uid report$")
        .containsPattern("(?m)^    Events: Writer +uid events$")
        .containsPattern("(?m)^    Rejections: Writer +uid rejections$")
        .containsPattern("(?m)^    Reports: Writer +uid reports$")
        .doesNotContain("End of watermarks");
  }

  @Test
  void withoutEventTimeWatermarksEndBeforeTheClassifierAndNoEventsAreWritten() throws IOException {
    explain("evaluate", "--config", validFile("").toString(), "--explain");

    assertThat(out.toString())
        .containsPattern("(?m)^    End of watermarks +uid watermarks$")
        .doesNotContain("Events: Writer")
        .doesNotContain("Join labels");
  }

  @Test
  void theGraphOfADataSetIsExplainedAndItsFilesAreUntouched() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images/class-1"));
    Files.writeString(images.resolve("a.png"), "");
    Path output = folder.resolve("output");
    explain(
        "evaluate",
        "--model",
        model().toString(),
        "--dataset",
        images.getParent().toString(),
        "--output",
        output.toString(),
        "--parallelism",
        "3",
        "--explain");

    assertThat(out.toString())
        .containsPattern("(?m)^  task 1, parallelism 3$")
        .containsPattern("(?m)^    Source: Data set +uid references$")
        .containsPattern("(?m)^    Count +uid count$")
        .containsPattern("(?m)^  parallelism.default +3 +--parallelism$")
        .doesNotContain("REBALANCE");
    assertThat(output).doesNotExist();
  }

  private void explain(String... arguments) {
    int code =
        Sightline.withCommands(
                new EvaluateCommand(EvaluateJob::define, SessionProbe::run, Duration.ofMillis(200)))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    assertThat(code).as(err.toString()).isZero();
  }

  private Path model() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    OnnxGraphs.classifier(4, 8, 8).writeFolder(model);
    return model;
  }

  private Path validFile(String more) throws IOException {
    return Files.writeString(
        folder.resolve("job.yaml"),
        """
        source.kafka.bootstrap-servers: %s
        source.topics: references
        model.dir: %s
        rejections.topic: rejections
        evaluate.reports.topic: reports
        """
                .formatted(NO_BROKER, model())
            + more);
  }

  private int run(String... arguments) {
    return Sightline.withCommands(
            new EvaluateCommand(
                (env, config, model, partitions) -> defined.add(config.classify().jobName()),
                (config, model) -> List.of("ran", "and took little"),
                Duration.ofMillis(200)))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
