// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.OnnxGraphs;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
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
 * <p>That of the classify job holds the offsets of both sources, two references with their images
 * in an open batch, one whose store is down, parked for a minute, and writers of which each has
 * committed what it wrote. That of the evaluate job holds an image that was counted, for everything
 * and for a window that is open, one that waits for its label, and a label that waits for its
 * image. Their brokers are gone: the tests make topics that are as long as the offsets say.
 */
@Timeout(120)
class KeptSavepointIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String WRITE = "sightline.write-savepoint";
  private static final String TOPIC = "kept";
  private static final String RETRIES = "kept-retries";

  private static final String EVALUATED = "kept-evaluation";
  private static final String LABELS = "kept-evaluation-labels";
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

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
    for (String topic : List.of(TOPIC, EVALUATED)) {
      broker.createTopic(topic, 1);
      broker.createTopic(topic + "-events", 1);
      broker.createTopic(topic + "-rejections", 1);
    }
    broker.createTopic(RETRIES, 1);
    broker.createTopic(LABELS, 1);
    broker.createTopic(EVALUATED + "-reports", 1);
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
    topics.publish(TOPIC, passed(3), Collections.nCopies(3, null));
    topics.publish(RETRIES, passed(1), Collections.nCopies(1, null));
    topics.publish(TOPIC, List.of(inline("after-0"), inline("after-1")));

    Map<String, String> options = options();
    options.put("execution.state-recovery.path", kept(version, "classify"));
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

  @ParameterizedTest
  @ValueSource(strings = "0.1.0")
  void theSavepointOfAnEarlierEvaluationIsRestored(String version) throws Exception {
    topics.publish(EVALUATED, passed(2), Collections.nCopies(2, null));
    topics.publish(LABELS, passed(1), Collections.nCopies(1, null));

    Map<String, String> options = evaluationOptions();
    options.put("execution.state-recovery.path", kept(version, "evaluate"));
    options.put("classify.parallelism", "2");
    try (RunningJob job = RunningJob.startEvaluation(options)) {
      topics.publish(EVALUATED, List.of(evaluated("early", null, 1)));
      label("waiting", 2);
      await().atMost(PATIENCE).until(() -> reports(false).stream().anyMatch(is(3)));
      assertThat(topics.events(EVALUATED + "-events", 2))
          .extracting(event -> event.getReferenceId() + " " + event.getLabel())
          .containsExactlyInAnyOrder("early 1", "waiting 1");
      // What moves the watermarks past the end of the window.
      topics.publish(EVALUATED, List.of(evaluated("far", "0", 100)));
      label("nobody", 100);
      await().atMost(PATIENCE).until(() -> reports(true).stream().anyMatch(is(3)));
      assertThat(reports(true)).allSatisfy(report -> assertThat(report.getRejected()).isZero());
      assertThat(topics.rejections(EVALUATED + "-rejections", 0)).isEmpty();
      assertThat(CLUSTER.restarts(job.id())).isZero();
    }
  }

  private static Predicate<EvaluationReport> is(int images) {
    return report -> report.getImages() == images;
  }

  /** Reports about windows, or about everything. */
  private List<EvaluationReport> reports(boolean windows) throws Exception {
    return topics.reports(EVALUATED + "-reports", 0).stream()
        .filter(report -> windows == (report.getWindowStart() != null))
        .toList();
  }

  private String kept(String version, String job) throws Exception {
    String name = "/savepoints/%s/%s".formatted(version, job);
    return requireNonNull(getClass().getResource(name), name).toURI().toString();
  }

  @Test
  @EnabledIfSystemProperty(named = WRITE, matches = ".+")
  void aSavepointOfAnEvaluationIsKept() throws Exception {
    try (RunningJob job = RunningJob.startEvaluation(evaluationOptions())) {
      topics.publish(EVALUATED, List.of(evaluated("own", "2", 0), evaluated("waiting", null, 1)));
      label("early", 0);
      await().atMost(PATIENCE).until(() -> committedOffset(EVALUATED, EVALUATED) == 2);
      await().atMost(PATIENCE).until(() -> committedOffset(EVALUATED, LABELS) == 1);
      await().atMost(PATIENCE).until(() -> reports(false).stream().anyMatch(is(1)));
      job.stopWithSavepoint(folder.resolve("savepoints"));
    }
    keep("evaluate");
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
    keep("classify");
  }

  private void keep(String job) throws Exception {
    Path to = Files.createDirectories(Path.of(System.getProperty(WRITE), job));
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

  private static ImageReference evaluated(String id, @Nullable String label, int second)
      throws Exception {
    return ImageReference.newBuilder()
        .setId(id)
        .setContent(ByteBuffer.wrap(ColourServer.png(id)))
        .setLabel(label)
        .setSubmittedAt(START.plusSeconds(second))
        .build();
  }

  private void label(String id, int second) throws Exception {
    topics.publish(
        LABELS,
        List.of("{\"id\": \"%s\", \"label\": \"1\"}".formatted(id).getBytes(UTF_8)),
        Collections.singletonList(null),
        List.of(START.plusSeconds(second)));
  }

  private static ImageReference inline(String id) throws Exception {
    return ImageReference.newBuilder()
        .setId(id)
        .setContent(ByteBuffer.wrap(ColourServer.png(id)))
        .build();
  }

  private Map<String, String> options() {
    Map<String, String> options = options(TOPIC);
    options.put("retries.topic", RETRIES);
    options.put("fetch.on-unavailable", "retry");
    options.put("fetch.patience", "0 s");
    return options;
  }

  private Map<String, String> evaluationOptions() {
    Map<String, String> options = options(EVALUATED);
    options.put("parallelism.default", "1");
    options.put("evaluate.labels.topic", LABELS);
    options.put("evaluate.labels.max-delay", "5 s");
    options.put("evaluate.window.size", "10 s");
    options.put("evaluate.reports.topic", EVALUATED + "-reports");
    options.put("evaluate.report-interval", "300 ms");
    options.put("source.watermark.delay", "0 s");
    return options;
  }

  private Map<String, String> options(String topic) {
    Map<String, String> options = new HashMap<>();
    options.put("job.name", topic);
    options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("source.topics", topic);
    options.put("model.dir", model.toString());
    options.put("sink.topic", topic + "-events");
    options.put("rejections.topic", topic + "-rejections");
    options.put("execution.checkpointing.interval", "200 ms");
    return options;
  }
}
