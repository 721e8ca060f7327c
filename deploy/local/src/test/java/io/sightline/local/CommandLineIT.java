// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import io.sightline.testing.OnnxGraphs;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the command line as a user does, in a process of its own. */
class CommandLineIT {

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static Path config;

  @BeforeAll
  static void startABrokerAndWriteAConfiguration() throws IOException {
    broker = EmbeddedBroker.create();
    broker.createTopic("images", 2);
    broker.createTopic("events", 1);
    broker.createTopic("untouched", 1);
    broker.createTopic("rejections", 1);
    Path model = Files.createDirectory(folder.resolve("model"));
    OnnxGraphs.classifier(4, 8, 8).writeFolder(model);
    config =
        Files.writeString(
            folder.resolve("job.yaml"),
            """
            source:
              kafka.bootstrap-servers: %s
              topics: [images]
              format: uri
              id: uri
            model.dir: %s
            classify.top-k: 4
            sink.topic: ${env:EVENTS}
            rejections.topic: rejections
            parallelism.default: 2
            execution.checkpointing.interval: 500 ms
            """
                .formatted(broker.bootstrapServers(), model));
  }

  @AfterAll
  static void stopTheBroker() {
    broker.close();
  }

  @Test
  void checkPassesAndLeavesTheTopicsEmpty() throws Exception {
    CommandProcess check =
        run("classify", "--config", config.toString(), "--set", "sink.topic=untouched", "--check")
            .end();

    assertThat(check.output())
        .contains("The job can run. Nothing was started.")
        .contains("ok      session", "ok      source", "ok      sink", "ok      rejections")
        .doesNotContain("FAILED");
    assertThat(check.exitCode()).isZero();
    assertThat(new Topics(broker).events("untouched", 0)).isEmpty();
  }

  @Test
  void aMissingTopicFailsTheCheckAndTheJobAndIsNotCreated() throws Exception {
    CommandProcess check =
        run("classify", "--config", config.toString(), "--set", "rejections.topic=none", "--check")
            .end();
    CommandProcess job =
        run("classify", "--config", config.toString(), "--set", "rejections.topic=none").end();

    assertThat(check.exitCode()).isEqualTo(1);
    assertThat(check.output()).containsPattern("FAILED +rejections .*none");
    assertThat(job.exitCode()).isEqualTo(1);
    assertThat(job.output()).containsPattern("1\\. rejections.topic.*none");
    assertThat(broker.admin().listTopics().names().get()).doesNotContain("none");
  }

  @Test
  void aTransactionTimeoutThatTheBrokerRefusesIsFoundBeforeAnythingRuns() throws Exception {
    CommandProcess job =
        run("classify", "--config", config.toString(), "--set", "sink.transaction-timeout=1 h")
            .end();

    assertThat(job.exitCode()).isEqualTo(1);
    assertThat(job.output()).contains("sink.transaction-timeout", "transaction.max.timeout.ms");
  }

  @Test
  void aBadConfigurationEndsWithTwo() throws Exception {
    CommandProcess job =
        run("classify", "--config", config.toString(), "--set", "batch.maxsize=2").end();

    assertThat(job.exitCode()).isEqualTo(2);
    assertThat(job.output())
        .contains("batch.maxsize is not a known option: did you mean batch.max-size?");
  }

  @Test
  void theJobClassifiesFromTopicToTopic() throws Exception {
    Path image = folder.resolve("image.png");
    ImageIO.write(new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    String good = image.toUri().toString();
    String missing = folder.resolve("none.png").toUri().toString();
    Topics topics = new Topics(broker);
    topics.publish(
        "images",
        List.of(good.getBytes(StandardCharsets.UTF_8), missing.getBytes(StandardCharsets.UTF_8)),
        Arrays.asList(null, null));

    try (CommandProcess job = run("classify", "--config", config.toString())) {
      List<ClassificationEvent> events = topics.events("events", 1);
      List<Rejection> rejections = topics.rejections("rejections", 1);

      assertThat(events).as(job.output()).hasSize(1);
      assertThat(events.get(0).getReferenceId()).isEqualTo(good);
      assertThat(events.get(0).getClassIds()).hasSize(4);
      assertThat(rejections).hasSize(1);
      assertThat(rejections.get(0).getUri()).isEqualTo(missing);
    }
  }

  private static CommandProcess run(String... arguments) throws IOException {
    return CommandProcess.start(folder, Map.of("EVENTS", "events"), List.of(), arguments);
  }
}
