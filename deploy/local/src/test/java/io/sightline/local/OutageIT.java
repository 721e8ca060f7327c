// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.OnnxGraphs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that answers 503 while references come: none is rejected, and each ends as exactly one
 * event. The outage lasts until what the test waits for has happened, and at least as long as
 * {@code -Doutage.seconds} says.
 */
@Timeout(400)
class OutageIT {

  private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("outage.seconds", 0));
  private static final Duration WAIT = Duration.ofSeconds(90);
  private static final int WAVE = Integer.getInteger("outage.wave", 30);

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(2);

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static Topics topics;
  private static Path model;

  private final List<ImageReference> published = new ArrayList<>();
  private ColourServer store;
  private ColourServer other;

  @BeforeAll
  static void start() throws Exception {
    model = OnnxGraphs.classifier(10, 32, 32).writeFolder(folder.resolve("model"));
    broker = EmbeddedBroker.create();
    topics = new Topics(broker);
  }

  @AfterAll
  static void close() {
    broker.close();
  }

  @BeforeEach
  void startStores() throws Exception {
    store = ColourServer.start();
    other = ColourServer.start();
  }

  @AfterEach
  void closeStores() {
    store.close();
    other.close();
  }

  @Test
  void withFailTheJobRestartsUntilTheStoreIsBack() throws Exception {
    Map<String, String> options = options("fail");
    try (RunningJob job = RunningJob.start(options)) {
      publish("fail", store, "before");
      assertThat(topics.events("fail-events", WAVE)).hasSize(WAVE);

      store.down(true);
      Instant until = Instant.now().plus(OUTAGE);
      do {
        publish("fail", store, "during-" + published.size());
        long restarts = CLUSTER.restarts(job.id());
        await().atMost(WAIT).until(() -> CLUSTER.restarts(job.id()) > restarts + 1);
      } while (Instant.now().isBefore(until));
      store.down(false);
      publish("fail", store, "after");

      assertEachIsOneEvent("fail", CLUSTER.restarts(job.id()));
    }
  }

  @Test
  void withRetryTheReferencesOfOtherHostsGoOn() throws Exception {
    Map<String, String> options = options("retry");
    options.put("retries.topic", "retry-again");
    options.put("fetch.retry-delay", "1 s");
    broker.createTopic("retry-again", 2);
    try (RunningJob job = RunningJob.start(options)) {
      publish("retry", store, "before");
      publish("retry", other, "other-before");
      assertThat(topics.events("retry-events", 2 * WAVE)).hasSize(2 * WAVE);

      store.down(true);
      Instant until = Instant.now().plus(OUTAGE);
      int others = 2 * WAVE;
      do {
        publish("retry", store, "during-" + published.size());
        publish("retry", other, "other-" + published.size());
        others += WAVE;
        // That they come at all while the store is down is what is claimed.
        assertThat(topics.events("retry-events", others)).hasSize(others);
      } while (Instant.now().isBefore(until));
      await().atMost(WAIT).until(() -> topics.count("retry-again") >= WAVE);
      store.down(false);
      publish("retry", store, "after");

      assertThat(CLUSTER.restarts(job.id())).isZero();
      assertEachIsOneEvent("retry", 0);
    }
  }

  /** Nothing is rejected, lost or doubled. */
  private void assertEachIsOneEvent(String name, long restarts) throws Exception {
    // A reference may be parked for as long as the outage has lasted.
    await()
        .atMost(WAIT.plus(OUTAGE))
        .until(() -> topics.count(name + "-events") >= published.size());
    List<ClassificationEvent> events = topics.events(name + "-events", published.size());
    System.out.printf(
        "%s: %d published, %d events of %d references, %d rejections, %d retries, %d restarts%n",
        name,
        published.size(),
        events.size(),
        events.stream().map(ClassificationEvent::getReferenceId).distinct().count(),
        topics.rejections(name + "-rejections", 0).size(),
        name.equals("retry") ? topics.count("retry-again") : 0,
        restarts);
    assertThat(events)
        .extracting(ClassificationEvent::getReferenceId)
        .containsExactlyInAnyOrderElementsOf(
            published.stream().map(ImageReference::getId).toList());
    assertThat(topics.rejections(name + "-rejections", 0)).isEmpty();
  }

  private void publish(String topic, ColourServer server, String prefix) throws Exception {
    List<ImageReference> wave =
        IntStream.range(0, WAVE)
            .mapToObj(
                i ->
                    ImageReference.newBuilder()
                        .setId(prefix + "-" + i)
                        .setUri(server.uri(prefix + "-" + i))
                        .build())
            .toList();
    topics.publish(topic, wave);
    published.addAll(wave);
  }

  private Map<String, String> options(String name) {
    broker.createTopic(name, 2);
    broker.createTopic(name + "-events", 1);
    broker.createTopic(name + "-rejections", 1);
    Map<String, String> options = new HashMap<>();
    options.put("job.name", name);
    options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("source.topics", name);
    options.put("model.dir", model.toString());
    options.put("sink.topic", name + "-events");
    options.put("rejections.topic", name + "-rejections");
    options.put("fetch.on-unavailable", name);
    options.put("fetch.patience", "500 ms");
    options.put("batch.max-size", "4");
    options.put("classify.workers", "1");
    options.put("parallelism.default", "2");
    options.put("execution.checkpointing.interval", "200 ms");
    options.put("restart-strategy.type", "exponential-delay");
    options.put("restart-strategy.exponential-delay.initial-backoff", "100 ms");
    options.put("restart-strategy.exponential-delay.max-backoff", "1 s");
    return options;
  }
}
