// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.local.FaultInjector.Fault;
import io.sightline.local.FaultInjector.Plan;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each reference ends once, whatever fails and when. Some references are held by a slow store over
 * several checkpoints and over the failure: after it, they are in the state of the classify
 * operator and nowhere else.
 */
class ExactlyOnceIT {

  private static final int HELD = 12;
  private static final int PARTITIONS = 2;
  private static final int EVENTS = 140 + HELD;
  private static final AtomicInteger RUNS = new AtomicInteger();

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(2);

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static Topics topics;
  private static Golden golden;
  private static Set<String> undisturbed;

  @BeforeAll
  static void startBroker() throws Exception {
    golden = Golden.squeezenet();
    broker = EmbeddedBroker.create();
    topics = new Topics(broker);
  }

  @AfterAll
  static void closeBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest(name = "{0}, {1}, exchange {2}")
  @CsvSource({
    "MID_BATCH, kafka, never",
    "MID_BATCH, kafka, always",
    "MID_BATCH, files, never",
    "BEFORE_COMMIT, kafka, never",
    "BEFORE_COMMIT, files, never",
    "DURING_RESTORE, kafka, never",
    "DURING_RESTORE, kafka, always",
    "DURING_RESTORE, files, never",
  })
  void aFailureLosesNothingAndDoublesNothing(Fault fault, String sink, String exchange)
      throws Exception {
    Set<String> undisturbed = undisturbed();
    try (Run run = new Run(sink, exchange);
        Plan plan = FaultInjector.plan(run.name, fault, run.checkpoints)) {
      if (fault != Fault.BEFORE_COMMIT) {
        run.options.put("batch.max-delay", "1 s"); // so that a batch is open when the job fails
      }
      run.publish(run.first());
      RunningJob job = RunningJob.start(run.options, plan.injector());
      try (job) {
        await().atMost(Duration.ofSeconds(60)).until(() -> run.server.waiting() == HELD);
        int before = plan.completed();
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> plan.completed() >= before + 3 * PARTITIONS);

        plan.arm(13); // in the second batch of eight of what comes now
        run.publish(run.second());
        await().atMost(Duration.ofSeconds(60)).until(plan::hasRestarted);
        run.server.open();

        run.assertEachOnce(undisturbed);
      }
      assertThat(plan.onlyInState(run.heldIds())).isNotEmpty();
    }
  }

  @Test
  void aSavepointIsRestoredAtAnotherParallelism() throws Exception {
    Set<String> undisturbed = undisturbed();
    try (Run run = new Run("kafka", "always");
        Plan plan = FaultInjector.plan(run.name, Fault.MID_BATCH, run.checkpoints)) {
      run.publish(run.first());
      String savepoint;
      try (RunningJob job = RunningJob.start(run.options, plan.injector())) {
        await().atMost(Duration.ofSeconds(60)).until(() -> run.server.waiting() == HELD);
        savepoint = job.stopWithSavepoint(folder.resolve(run.name + "-savepoint"));
      }
      run.publish(run.second());
      run.server.open();

      run.options.put("execution.state-recovery.path", savepoint);
      run.options.put("parallelism.default", "1");
      try (Plan restored = FaultInjector.plan(run.name, Fault.MID_BATCH, run.checkpoints);
          RunningJob job = RunningJob.start(run.options, restored.injector())) {
        run.assertEachOnce(undisturbed);
        assertThat(restored.seen()).isNotEmpty().doesNotContainAnyElementsOf(run.heldIds());
      }
    }
  }

  /** The event ids of a job over the same references that nothing happened to; run once. */
  private static Set<String> undisturbed() throws Exception {
    if (undisturbed == null) {
      try (Run run = new Run("kafka", "never")) {
        run.server.open();
        run.publish(run.first());
        run.publish(run.second());
        try (RunningJob job = RunningJob.start(run.options)) {
          undisturbed =
              topics.events(run.options.get("sink.topic"), EVENTS).stream()
                  .map(ClassificationEvent::getEventId)
                  .collect(toSet());
        }
      }
      assertThat(undisturbed).hasSize(EVENTS);
    }
    return undisturbed;
  }

  /** One job with topics, folders and a slow store of its own. */
  private static final class Run implements AutoCloseable {

    private final String name = "once-" + RUNS.incrementAndGet();
    private final Path checkpoints = folder.resolve(name + "-checkpoints");
    private final Map<String, String> options = new HashMap<>();
    private final GatedServer server = new GatedServer(golden.images());
    private final boolean files;

    Run(String sink, String exchange) throws Exception {
      files = sink.equals("files");
      broker.createTopic(name + "-images", PARTITIONS);
      options.put("job.name", name);
      options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
      options.put("source.topics", name + "-images");
      options.put("source.start", "earliest");
      options.put("model.dir", Golden.model().toString());
      options.put("fetch.timeout", "50 s");
      options.put("batch.max-size", "8");
      options.put("classify.exchange", exchange);
      options.put("parallelism.default", Integer.toString(PARTITIONS));
      options.put("sink.type", sink);
      if (files) {
        options.put("sink.path", folder.resolve(name + "-events").toString());
        options.put("rejections.path", folder.resolve(name + "-rejections").toString());
      } else {
        broker.createTopic(name + "-events", 1);
        broker.createTopic(name + "-rejections", 1);
        options.put("sink.topic", name + "-events");
        options.put("rejections.topic", name + "-rejections");
      }
      options.put("execution.checkpointing.interval", "300 ms");
      options.put("execution.checkpointing.dir", checkpoints.toUri().toString());
      options.put("restart-strategy.type", "fixed-delay");
      options.put("restart-strategy.fixed-delay.attempts", "3");
      options.put("restart-strategy.fixed-delay.delay", "100 ms");
    }

    /** Images, missing files, and images that the slow store holds back. */
    List<ImageReference> first() {
      List<ImageReference> references = new ArrayList<>(images("a", 0, 60));
      for (int i = 0; i < HELD; i++) {
        ImageReference image = golden.references().get(i);
        references.add(5 * i, reference("held-" + i, server.uri(image.getId())));
      }
      return references;
    }

    /** Images and missing files that are published around the failure. */
    List<ImageReference> second() {
      return images("b", 60, 140);
    }

    Set<String> heldIds() {
      return first().stream()
          .map(ImageReference::getId)
          .filter(id -> id.startsWith("held-"))
          .collect(toSet());
    }

    private static List<ImageReference> images(String prefix, int from, int to) {
      List<ImageReference> references = new ArrayList<>();
      for (int i = from; i < to; i++) {
        ImageReference image = golden.references().get(i);
        references.add(reference(prefix + "-" + i, image.getUri()));
        if (i % 10 == 0) {
          references.add(
              reference(
                  "missing-" + i, folder.resolve("missing-" + i + ".jpg").toUri().toString()));
        }
      }
      return references;
    }

    private static ImageReference reference(String id, String uri) {
      return ImageReference.newBuilder().setId(id).setUri(uri).build();
    }

    void publish(List<ImageReference> references) throws Exception {
      topics.publish(name + "-images", references);
    }

    /** Waits until all outcomes are visible, and a little longer for those that must not come. */
    void assertEachOnce(Set<String> eventIds) throws Exception {
      Set<String> good = new TreeSet<>();
      Set<String> bad = new TreeSet<>();
      for (List<ImageReference> phase : List.of(first(), second())) {
        for (ImageReference reference : phase) {
          (reference.getId().startsWith("missing-") ? bad : good).add(reference.getId());
        }
      }
      List<ClassificationEvent> events =
          files
              ? AvroFiles.await(
                  Path.of(options.get("sink.path")), ClassificationEvent.class, good.size())
              : topics.events(options.get("sink.topic"), good.size());
      List<Rejection> rejections =
          files
              ? AvroFiles.await(
                  Path.of(options.get("rejections.path")), Rejection.class, bad.size())
              : topics.rejections(options.get("rejections.topic"), bad.size());

      assertThat(events)
          .extracting(ClassificationEvent::getReferenceId)
          .containsExactlyInAnyOrderElementsOf(good);
      assertThat(rejections)
          .extracting(Rejection::getReferenceId)
          .containsExactlyInAnyOrderElementsOf(bad);
      assertThat(events.stream().map(ClassificationEvent::getEventId).collect(toSet()))
          .isEqualTo(eventIds);
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
