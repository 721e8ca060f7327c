// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.local.FaultPlan.Place;
import io.sightline.local.FaultPlan.Strike;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.testing.OnnxGraphs;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every reference ends as one committed event or rejection, whatever fails and wherever.
 *
 * <p>Each run publishes the same references in the same waves. The first is committed before
 * anything fails. Of the second, some are held back by their server, so that they are in flight at
 * the failure and at the checkpoint before it: they come again from the state of the async
 * operator, for the source has read them once. The third meets the failure, and the last the job
 * that was restored.
 */
@Timeout(120)
@Tag("alone") // its faults strike at moments that a busy machine moves
class ExactlyOnceIT {

  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private static final List<String> FIRST = wave("first", 24, true);
  private static final List<String> HELD = wave("held", 8, false);
  private static final List<String> OPEN = wave("open", 6, false);
  private static final List<String> TROUBLE = wave("trouble", 24, true);
  private static final List<String> LAST = wave("last", 24, true);
  private static final List<String> POISON = List.of(FaultPlan.POISON);

  /**
   * The same for all: nothing overtakes a watermark in the async operator, so a watermark behind
   * references that are held back would hold back all that follow.
   */
  private static final Instant SUBMITTED_AT = Instant.parse("2026-01-01T00:00:00Z");

  private static final AtomicInteger RUNS = new AtomicInteger();

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(3);

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static Topics topics;
  private static ColourServer images;
  private static Path model;
  private static Outcomes undisturbed;

  /** The sink, and whether there is an exchange in front of the classifier. */
  private enum Shape {
    KAFKA,
    KAFKA_WITH_EXCHANGE,
    FILES;

    boolean exchange() {
      return this == KAFKA_WITH_EXCHANGE;
    }
  }

  /** Event ids by reference, and reasons by the key of the record that was rejected. */
  private record Outcomes(Map<String, String> events, Map<String, String> rejections) {

    /** Takes what is committed; a second outcome of anything fails the test. */
    static Outcomes of(Output output, int events, int rejections) throws Exception {
      Outcomes outcomes = new Outcomes(new HashMap<>(), new HashMap<>());
      for (ClassificationEvent event : output.events(events)) {
        assertThat(outcomes.events.put(event.getReferenceId(), event.getEventId()))
            .as("a second event of %s", event.getReferenceId())
            .isNull();
      }
      for (Rejection rejection : output.rejections(rejections)) {
        String reason = rejection.getStage() + "/" + rejection.getReason();
        assertThat(outcomes.rejections.put(Output.key(rejection), reason))
            .as("a second rejection of %s", Output.key(rejection))
            .isNull();
      }
      return outcomes;
    }

    Set<String> keys() {
      Set<String> keys = new TreeSet<>(events.keySet());
      keys.addAll(rejections.keySet());
      return keys;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    model = OnnxGraphs.classifier(10, 32, 32).writeFolder(folder.resolve("model"));
    images = ColourServer.start();
    broker = EmbeddedBroker.create();
    topics = new Topics(broker);
  }

  @BeforeEach
  void runUndisturbedOnce() throws Exception {
    if (undisturbed != null) {
      return;
    }
    try (FaultPlan plan = FaultPlan.create()) {
      Run run = new Run(Shape.KAFKA, plan);
      run.publish(all());
      try (RunningJob job = run.start(Map.of())) {
        undisturbed = run.outcomes(all());
      }
      assertThat(plan.restored()).isEmpty();
    }
    assertThat(undisturbed.events().keySet())
        .containsExactlyInAnyOrderElementsOf(select(all(), ExactlyOnceIT::isGood));
    assertThat(undisturbed.rejections())
        .hasSize(18)
        .containsEntry("missing-first-0", "fetch/not-found")
        .containsEntry("text-first-0", "decode/unsupported-format")
        .hasEntrySatisfying("broken-first-0", reason -> assertThat(reason).startsWith("parse/"));
  }

  @AfterAll
  static void close() {
    if (images != null) {
      images.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void aFailureInTheMiddleOfABatchNeitherLosesNorRepeats(Shape shape) throws Exception {
    try (FaultPlan plan = FaultPlan.create()) {
      Run run = new Run(shape, plan);
      // Longer than it takes to fail: what is in an open batch stays in it.
      try (RunningJob job = run.start(Map.of("batch.max-delay", "4 s"))) {
        run.upToReferencesInFlight();
        plan.arm(List.of(Place.RECORD));
        run.publish(POISON);
        await().atMost(PATIENCE).until(plan::isDone);

        Strike strike = plan.strikes().get(0);
        assertThat(images.answers(OPEN.get(0))).isPositive();
        assertThat(strike.written()).doesNotContainAnyElementsOf(OPEN);
        await().atMost(PATIENCE).until(() -> restoredFromTheAsyncOperator(OPEN, plan, shape));
        run.publish(TROUBLE);
        run.finish();
      }
      assertThat(plan.restored()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void aFailureBetweenPreCommitAndCommitIsMadeGoodByTheRestore(Shape shape) throws Exception {
    for (Place place : List.of(Place.BEFORE_COMMIT_OF_EVENTS, Place.BEFORE_COMMIT_OF_REJECTIONS)) {
      try (FaultPlan plan = FaultPlan.create()) {
        Run run = new Run(shape, plan);
        try (RunningJob job = run.start(Map.of())) {
          run.upToReferencesInFlight();
          run.outcomes(concat(List.of(FIRST, OPEN))); // so that nothing else is left to commit
          plan.arm(List.of(place));
          run.publish(TROUBLE);
          await().atMost(PATIENCE).until(plan::isDone);
          Set<String> uncommitted = new HashSet<>(plan.strikes().get(0).written());
          uncommitted.removeAll(run.outcomes(List.of()).keys());
          plan.look();
          run.publish(POISON);
          run.finish();

          // Written before the failure and never again: the restored committer committed them.
          Map<String, Integer> written =
              place == Place.BEFORE_COMMIT_OF_EVENTS ? plan.events : plan.rejections;
          assertThat(uncommitted)
              .as("committed by the restore after %s", place)
              .anyMatch(key -> written.getOrDefault(key, 0) == 1);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void aCommitThatFlinkDoesNotKnowOfIsNotDoneTwice(Shape shape) throws Exception {
    for (Place place : List.of(Place.AFTER_COMMIT_OF_EVENTS, Place.AFTER_COMMIT_OF_REJECTIONS)) {
      try (FaultPlan plan = FaultPlan.create()) {
        Run run = new Run(shape, plan);
        try (RunningJob job = run.start(Map.of())) {
          run.upToReferencesInFlight();
          run.outcomes(concat(List.of(FIRST, OPEN))); // so that nothing else is left to commit
          plan.arm(List.of(place));
          run.publish(TROUBLE);
          await().atMost(PATIENCE).until(plan::isDone);
          Set<String> committed =
              new HashSet<>(
                  place == Place.AFTER_COMMIT_OF_EVENTS
                      ? run.outcomes(List.of()).events().keySet()
                      : run.outcomes(List.of()).rejections().keySet());
          committed.retainAll(TROUBLE);
          committed.retainAll(plan.strikes().get(0).written());
          assertThat(committed).as("committed, and struck after it").isNotEmpty();
          plan.look();
          run.publish(POISON);
          run.finish();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void failuresDuringARestoreAreMadeGoodByTheNext(Shape shape) throws Exception {
    try (FaultPlan plan = FaultPlan.create()) {
      Run run = new Run(shape, plan);
      try (RunningJob job = run.start(Map.of())) {
        run.upToReferencesInFlight();
        // The second and third meet sinks that have taken up the commit that the first left undone.
        plan.look();
        plan.arm(List.of(Place.BEFORE_COMMIT_OF_EVENTS, Place.INITIALIZE_STATE, Place.OPEN));
        run.publish(TROUBLE);
        await().atMost(PATIENCE).until(plan::isDone);
        run.publish(POISON);
        run.finish();
      }
      assertThat(plan.strikes())
          .extracting(Strike::place)
          .containsExactly(Place.BEFORE_COMMIT_OF_EVENTS, Place.INITIALIZE_STATE, Place.OPEN);
      assertThat(plan.restored()).hasSizeGreaterThanOrEqualTo(3);
    }
  }

  @ParameterizedTest(name = "{0}, from 2 to {1}")
  @CsvSource({"KAFKA,3", "KAFKA_WITH_EXCHANGE,1", "FILES,3", "FILES,1"})
  void aSavepointIsRestoredAtAnotherParallelism(Shape shape, int parallelism) throws Exception {
    try (FaultPlan plan = FaultPlan.create()) {
      Run run = new Run(shape, plan);
      String savepoint;
      try (RunningJob job = run.start(Map.of())) {
        run.upToReferencesInFlight();
        savepoint = job.stopWithSavepoint(folder.resolve("savepoints"));
      }
      Set<String> before = run.outcomes(List.of()).keys();
      assertThat(before).doesNotContainAnyElementsOf(HELD);
      run.publish(TROUBLE);
      run.publish(POISON);
      try (RunningJob job =
          run.start(
              Map.of(
                  "execution.state-recovery.path",
                  savepoint,
                  "parallelism.default",
                  Integer.toString(parallelism)))) {
        await().atMost(PATIENCE).until(() -> HELD.stream().allMatch(id -> images.requests(id) > 1));
        run.finish();
      }
      assertThat(plan.restored()).hasSize(parallelism);
      assertThat(plan.read).containsOnlyKeys(all()).allSatisfy((key, n) -> assertThat(n).isOne());
    }
  }

  /**
   * Whether references were fetched again that the source has read once: after a restore of one
   * region at least one, and all where the exchange makes the job a single region.
   */
  private static boolean restoredFromTheAsyncOperator(
      List<String> references, FaultPlan plan, Shape shape) {
    Predicate<String> restored = id -> images.requests(id) > 1 && plan.read.get(id) == 1;
    return shape.exchange()
        ? references.stream().allMatch(restored)
        : references.stream().anyMatch(restored);
  }

  /** One job with its topics or folders, over all its restarts. */
  private static final class Run {

    private final FaultPlan plan;
    private final Shape shape;
    private final Output output;
    private final String name = "exactly-once-" + RUNS.incrementAndGet();

    Run(Shape shape, FaultPlan plan) {
      this.plan = plan;
      this.shape = shape;
      broker.createTopic(name, 2);
      if (shape == Shape.FILES) {
        output = new Output.Folders(folder.resolve(name));
      } else {
        output = new Output.Kafka(topics, name);
        broker.createTopic(name + "-events", 2);
        broker.createTopic(name + "-rejections", 2);
      }
    }

    RunningJob start(Map<String, String> more) throws Exception {
      Map<String, String> options = new HashMap<>();
      options.put("job.name", name);
      options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
      options.put("source.topics", name);
      options.put("model.dir", model.toString());
      options.put("fetch.timeout", "40 s");
      options.put("fetch.patience", "0 s");
      options.put("batch.max-size", "8");
      options.put("classify.workers", "1");
      options.put("classify.exchange", shape.exchange() ? "always" : "auto");
      options.put("parallelism.default", "2");
      options.put("execution.checkpointing.interval", "200 ms");
      options.put("restart-strategy.type", "fixed-delay");
      options.put("restart-strategy.fixed-delay.attempts", "5");
      options.put("restart-strategy.fixed-delay.delay", "100 ms");
      options.putAll(output.options());
      options.putAll(more);
      return RunningJob.start(options, plan);
    }

    void publish(List<String> keys) throws Exception {
      List<byte[]> values = new ArrayList<>();
      for (String key : keys) {
        values.add(key.startsWith("broken") ? key.getBytes(UTF_8) : reference(key));
      }
      topics.publish(name, values, keys);
    }

    private static byte[] reference(String id) throws Exception {
      ImageReference reference =
          ImageReference.newBuilder()
              .setId(id)
              .setUri(images.uri(id))
              .setSubmittedAt(SUBMITTED_AT)
              .build();
      ByteBuffer encoded = ImageReference.getEncoder().encode(reference);
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    }

    /** What is committed, once it is an outcome for each of these. */
    Outcomes outcomes(List<String> keys) throws Exception {
      int good = select(keys, ExactlyOnceIT::isGood).size();
      return Outcomes.of(output, good, keys.size() - good);
    }

    /**
     * Commits the first wave, and brings the second so far that a checkpoint is complete that began
     * when all its images had been asked for.
     */
    void upToReferencesInFlight() throws Exception {
      images.hold(HELD);
      publish(FIRST);
      assertThat(outcomes(FIRST).keys()).containsExactlyInAnyOrderElementsOf(FIRST);
      publish(HELD);
      publish(OPEN);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  HELD.stream().allMatch(id -> images.requests(id) == 1)
                      && OPEN.stream().allMatch(id -> images.answers(id) == 1));
      int completed = plan.completed();
      await().atMost(PATIENCE).until(() -> plan.completed() >= completed + 2);
    }

    /** Lets everything through, and compares what is committed with the undisturbed run. */
    void finish() throws Exception {
      await().atMost(PATIENCE).until(() -> restoredFromTheAsyncOperator(HELD, plan, shape));
      images.release();
      publish(LAST);
      Outcomes first = outcomes(all());
      int completed = plan.completed();
      await().atMost(PATIENCE).until(() -> plan.completed() >= completed + 2);
      Outcomes outcomes = outcomes(all()); // a double would be committed by now
      assertThat(outcomes).isEqualTo(first);
      assertThat(outcomes.events()).isEqualTo(undisturbed.events());
      assertThat(outcomes.rejections()).isEqualTo(undisturbed.rejections());
      assertThat(plan.restored()).isNotEmpty().allMatch(checkpoint -> checkpoint >= 2);
      assertThat(plan.strikes()).allMatch(strike -> strike.completed() >= 2);
      assertThat(HELD).allMatch(id -> plan.events.get(id) == 1);
    }
  }

  /** Keys of good references and, on request, of two of each bad kind among them. */
  private static List<String> wave(String name, int good, boolean withBad) {
    List<String> keys =
        new ArrayList<>(IntStream.range(0, good).mapToObj(i -> name + "-" + i).toList());
    if (withBad) {
      int at = 3;
      for (String kind : List.of("broken", "missing", "text")) {
        for (int i = 0; i < 2; i++) {
          keys.add(at, kind + "-" + name + "-" + i);
          at += 4;
        }
      }
    }
    return List.copyOf(keys);
  }

  private static boolean isGood(String key) {
    return !key.matches("(broken|missing|text)-.*");
  }

  private static List<String> all() {
    return concat(List.of(FIRST, HELD, OPEN, TROUBLE, POISON, LAST));
  }

  private static List<String> concat(List<List<String>> waves) {
    return waves.stream().flatMap(List::stream).toList();
  }

  private static List<String> select(List<String> keys, Predicate<String> filter) {
    return keys.stream().filter(filter).toList();
  }
}
