// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.testing.OnnxGraphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A savepoint that is given to a job with other sinks than those that it was taken with. */
@Timeout(120)
class SinkRestoreIT {

  private static final Duration PATIENCE = Duration.ofSeconds(45);
  private static final String NAME = "sinks";

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(2);

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static Topics topics;
  private static Map<String, String> kafka;
  private static Map<String, String> files;

  @BeforeAll
  static void start() throws Exception {
    Path model = OnnxGraphs.classifier(10, 32, 32).writeFolder(folder.resolve("model"));
    broker = EmbeddedBroker.create();
    topics = new Topics(broker);
    for (String topic : List.of(NAME, NAME + "-events", NAME + "-rejections")) {
      broker.createTopic(topic, 2);
    }
    Map<String, String> options =
        Map.of(
            "source.kafka.bootstrap-servers",
            broker.bootstrapServers(),
            "source.topics",
            NAME,
            "model.dir",
            model.toString(),
            "parallelism.default",
            "2");
    kafka = with(options, new Output.Kafka(topics, NAME).options());
    files = with(options, new Output.Folders(folder.resolve("files")).options());
  }

  @AfterAll
  static void close() {
    broker.close();
  }

  @Test
  void transactionsAreNotLeftToSinksThatNeverCommitThem() throws Exception {
    Map<String, String> weaker = with(kafka, Map.of("sink.guarantee", "at-least-once"));
    String between;
    String last;
    try (RunningJob job = RunningJob.start(kafka)) {
      between = // as soon as all tasks run
          await()
              .atMost(PATIENCE)
              .ignoreExceptions()
              .until(() -> job.takeSavepoint(folder.resolve("savepoints")), path -> true);
      last = job.stopWithSavepoint(folder.resolve("savepoints"));
    }

    assertThat(RunningJob.problems(restored(kafka, between))).isEmpty();
    assertThat(RunningJob.problems(restored(weaker, between)))
        .hasSize(2)
        .anyMatch(problem -> problem.startsWith("sink.guarantee must still be exactly-once: "))
        .anyMatch(problem -> problem.startsWith("rejections.guarantee must still be exactly-once"))
        .allMatch(problem -> problem.contains("stop it with a savepoint"));
    assertThat(RunningJob.problems(restored(weaker, last))).isEmpty();
    assertThat(RunningJob.problems(restored(files, last)))
        .hasSize(2)
        .anyMatch(problem -> problem.startsWith("sink.type must stay what it was: "))
        .anyMatch(problem -> problem.startsWith("rejections.type must stay what it was: "));
  }

  @Test
  void filesThatAreBegunAreNotLeftToSinksOfKafka() throws Exception {
    String savepoint;
    try (RunningJob job =
        RunningJob.start(with(files, Map.of("execution.checkpointing.interval", "1 h")))) {
      topics.publish(NAME, List.of("no reference".getBytes(UTF_8)), List.of("broken"));
      await().atMost(PATIENCE).ignoreExceptions().until(SinkRestoreIT::aFileIsBegun);
      savepoint = job.stopWithSavepoint(folder.resolve("savepoints"));
    }

    assertThat(RunningJob.problems(restored(files, savepoint))).isEmpty();
    assertThat(RunningJob.problems(restored(kafka, savepoint)))
        .singleElement()
        .asString()
        .startsWith("rejections.type must stay what it was: ");
  }

  private static boolean aFileIsBegun() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("files"))) {
      return all.anyMatch(Files::isRegularFile);
    }
  }

  private static Map<String, String> restored(Map<String, String> options, String savepoint) {
    return with(options, Map.of("execution.state-recovery.path", savepoint));
  }

  private static Map<String, String> with(Map<String, String> options, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(options);
    all.putAll(more);
    return all;
  }
}
