// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.OnnxGraphs;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A savepoint that an earlier version has taken is restored by this one. What that pins are the
 * uids, the names and types of states, and the schemas of what is in them. A release keeps one:
 *
 * <pre>{@code
 * mvn -B -pl deploy/local -am verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dit.test=KeptSavepointIT -Dfailsafe.failIfNoSpecifiedTests=false \
 *     -Dsightline.write-savepoint=$PWD/deploy/local/src/test/resources/savepoints/VERSION
 * }</pre>
 *
 * <p>It holds the offsets of both sources, two references with their images in an open batch, one
 * whose store is down, parked for a minute, and writers of which each has committed what it wrote.
 * Its brokers are gone: the test makes topics that are as long as its offsets say.
 */
@Timeout(120)
class KeptSavepointIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String WRITE = "sightline.write-savepoint";
  private static final String TOPIC = "kept";
  private static final String RETRIES = "kept-retries";

  /** Nobody listens on the port of "discard". */
  private static final String DOWN = "http://127.0.0.1:9/";

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(2);

  @TempDir Path folder;

  private EmbeddedBroker broker;
  private Topics topics;
  private Path model;

  @BeforeEach
  void start() throws Exception {
    model = OnnxGraphs.classifier(10, 32, 32).writeFolder(folder.resolve("model"));
    broker = EmbeddedBroker.create();
    topics = new Topics(broker);
    broker.createTopic(TOPIC, 1);
    broker.createTopic(RETRIES, 1);
    broker.createTopic(TOPIC + "-events", 1);
    broker.createTopic(TOPIC + "-rejections", 1);
  }

  @AfterEach
  void close() {
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = "0.1.0")
  void theSavepointOfAnEarlierVersionIsRestoredAtAnotherParallelism(String version)
      throws Exception {
    Path savepoint =
        Path.of(requireNonNull(getClass().getResource("/savepoints/" + version)).toURI());
    topics.publish(TOPIC, passed(3), Collections.nCopies(3, null));
    topics.publish(RETRIES, passed(1), Collections.nCopies(1, null));
    topics.publish(TOPIC, List.of(inline("after-0"), inline("after-1")));

    Map<String, String> options = options();
    options.put("execution.state-recovery.path", savepoint.toUri().toString());
    options.put("parallelism.default", "2");
    options.put("fetch.retry-delay", "1 s");
    options.put("fetch.retry-for", "1 s");
    try (RunningJob job = RunningJob.start(options)) {
      assertThat(topics.events(TOPIC + "-events", 4))
          .extracting(ClassificationEvent::getReferenceId)
          .containsExactlyInAnyOrder("inline-0", "inline-1", "after-0", "after-1");
      assertThat(topics.rejections(TOPIC + "-rejections", 1))
          .singleElement()
          .satisfies(
              rejection -> {
                assertThat(rejection.getReferenceId()).isEqualTo("parked");
                assertThat(rejection.getStage()).isEqualTo("fetch");
                assertThat(rejection.getAttempts()).isEqualTo(2);
              });
      assertThat(CLUSTER.restarts(job.id())).isZero();
    }
  }

  @Test
  @EnabledIfSystemProperty(named = WRITE, matches = ".+")
  void aSavepointIsKept() throws Exception {
    Map<String, String> options = options();
    options.put("parallelism.default", "1");
    options.put("batch.max-delay", "5 min");
    options.put("classify.timeout", "9 min");
    options.put("fetch.retry-delay", "1 min");
    options.put("execution.checkpointing.interval", "500 ms");
    try (RunningJob job = RunningJob.start(options)) {
      topics.publish(
          TOPIC, List.of(ImageReference.newBuilder().setId("parked").setUri(DOWN).build()));
      await().atMost(PATIENCE).until(() -> committedOffset(TOPIC + "-retries", RETRIES) > 0);
      topics.publish(TOPIC, List.of(inline("inline-0"), inline("inline-1")));
      await().atMost(PATIENCE).until(() -> committedOffset(TOPIC, TOPIC) == 3);
      job.stopWithSavepoint(folder.resolve("savepoints"));
    }
    Path to = Files.createDirectories(Path.of(System.getProperty(WRITE)));
    try (Stream<Path> files = Files.walk(folder.resolve("savepoints"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /** Of a checkpoint that is complete: what lies before it is in a savepoint's state. */
  private long committedOffset(String group, String topic) throws Exception {
    OffsetAndMetadata offset =
        broker
            .admin()
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get()
            .get(new TopicPartition(topic, 0));
    return offset == null ? 0 : offset.offset();
  }

  /** Records that the job of the savepoint has read: whoever reads them again rejects them. */
  private static List<byte[]> passed(int count) {
    return Collections.nCopies(count, "passed".getBytes(UTF_8));
  }

  private static ImageReference inline(String id) throws Exception {
    return ImageReference.newBuilder()
        .setId(id)
        .setContent(ByteBuffer.wrap(ColourServer.png(id)))
        .build();
  }

  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("job.name", TOPIC);
    options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("source.topics", TOPIC);
    options.put("model.dir", model.toString());
    options.put("sink.topic", TOPIC + "-events");
    options.put("rejections.topic", TOPIC + "-rejections");
    options.put("retries.topic", RETRIES);
    options.put("fetch.on-unavailable", "retry");
    options.put("fetch.patience", "0 s");
    options.put("execution.checkpointing.interval", "200 ms");
    return options;
  }
}
