// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.OnnxGraphs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A retained checkpoint that holds references between parse and classify: the source has read them,
 * and no operator has them.
 */
@Timeout(120)
class UnalignedRestoreIT {

  private static final Duration PATIENCE = Duration.ofSeconds(45);
  private static final String NAME = "unaligned";
  private static final List<String> IDS =
      IntStream.range(0, 300).mapToObj(i -> "image-" + i).toList();

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(2);

  @TempDir static Path folder;

  @Test
  void itsReferencesAreRestoredBehindAnExchangeAndRefusedWhereThereIsNoneAnyMore()
      throws Exception {
    Path model = OnnxGraphs.classifier(10, 32, 32).writeFolder(folder.resolve("model"));
    try (EmbeddedBroker broker = EmbeddedBroker.create();
        ColourServer images = ColourServer.start()) {
      for (String topic : List.of(NAME, NAME + "-events", NAME + "-rejections")) {
        broker.createTopic(topic, 2);
      }
      Topics topics = new Topics(broker);
      images.hold(IDS);
      topics.publish(NAME, IDS.stream().map(id -> reference(images, id)).toList());
      Map<String, String> options = new HashMap<>(new Output.Kafka(topics, NAME).options());
      options.put("job.name", NAME);
      options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
      options.put("source.topics", NAME);
      options.put("model.dir", model.toString());
      options.put("fetch.timeout", "40 s");
      options.put("fetch.patience", "0 s");
      options.put("batch.max-size", "2");
      options.put("classify.workers", "1");
      options.put("classify.capacity", "4");
      options.put("classify.exchange", "always");
      options.put("parallelism.default", "2");
      options.put("execution.checkpointing.interval", "200 ms");
      options.put("execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
      options.put(
          "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
      try (RunningJob job = RunningJob.start(options)) {
        // All slots are full, and what else was read waits in front of them.
        await().atMost(PATIENCE).until(() -> underWay(images).count() == 8);
        int before = lastCheckpoint();
        // The second to come has begun since. A slot takes its part between two references, so one
        // of those that it holds must end now and then.
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  images.release(underWay(images).limit(1).toList());
                  return lastCheckpoint() >= before + 2;
                });
        assertThat(IDS.stream().filter(id -> images.requests(id) == 0))
            .as("references between the tasks")
            .hasSizeGreaterThan(100);
      }
      options.put("execution.state-recovery.path", folderOf(lastCheckpoint()).toUri().toString());
      images.release();

      Map<String, String> chained = new HashMap<>(options);
      chained.put("classify.exchange", "auto"); // two partitions and two slots
      assertThat(RunningJob.problems(chained))
          .singleElement()
          .asString()
          .startsWith("execution.state-recovery.path: this checkpoint holds records on their way")
          .contains("Classify", "set classify.exchange to what it was");

      try (RunningJob job = RunningJob.start(options)) {
        assertThat(topics.events(NAME + "-events", IDS.size()))
            .extracting(ClassificationEvent::getReferenceId)
            .containsExactlyInAnyOrderElementsOf(IDS);
        assertThat(job.isRunning()).isTrue();
      }
    }
  }

  private static Stream<String> underWay(ColourServer images) {
    return IDS.stream().filter(id -> images.requests(id) > 0 && images.answers(id) == 0);
  }

  /** Number of the last checkpoint that is complete; 0 where there is none. */
  private static int lastCheckpoint() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("checkpoints"), 3)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .mapToInt(
              file -> Integer.parseInt(file.getParent().getFileName().toString().substring(4)))
          .max()
          .orElse(0);
    } catch (NoSuchFileException
        | UncheckedIOException e) { // there is none, or one is being deleted
      return 0;
    }
  }

  private static Path folderOf(int checkpoint) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("checkpoints"), 2)) {
      return files.filter(file -> file.endsWith("chk-" + checkpoint)).findFirst().orElseThrow();
    }
  }

  private static ImageReference reference(ColourServer images, String id) {
    return ImageReference.newBuilder().setId(id).setUri(images.uri(id)).build();
  }
}
