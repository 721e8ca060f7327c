// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.metrics.Histogram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole job, Kafka to Kafka, with real images and a real model. */
class ClassifyJobIT {

  private static final AtomicInteger RUNS = new AtomicInteger();

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(2);

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static Topics topics;
  private static Golden golden;

  @BeforeAll
  static void startBroker() throws Exception {
    golden = Golden.squeezenet();
    broker = EmbeddedBroker.create();
    topics = new Topics(broker);
    broker.createTopic("golden-images", 2);
    topics.publish("golden-images", golden.references());
  }

  @AfterAll
  static void closeBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest(name = "batch size {0}, {1} workers")
  @CsvSource({"1,1", "1,4", "3,1", "3,4", "8,1", "8,4", "64,1", "64,4"})
  void everyImageGetsTheAnswerOfTheReferenceImplementation(int batchSize, int workers)
      throws Exception {
    Map<String, String> options = options("golden-images");
    options.put("batch.max-size", Integer.toString(batchSize));
    options.put("classify.workers", Integer.toString(workers));

    List<ClassificationEvent> events;
    try (RunningJob job = RunningJob.start(options)) {
      events = topics.events(options.get("sink.topic"), golden.answers().size());
    }

    assertThat(events).hasSize(200);
    assertThat(events)
        .extracting(ClassificationEvent::getReferenceId)
        .containsExactlyInAnyOrderElementsOf(golden.answers().keySet());
    assertThat(events).extracting(ClassificationEvent::getEventId).doesNotHaveDuplicates();
    int top1 = 0;
    int top5 = 0;
    for (ClassificationEvent event : events) {
      Golden.Answer answer = golden.answers().get(event.getReferenceId());
      assertAnswer(event, answer);
      top1 += event.getClassIds().get(0) == answer.label() ? 1 : 0;
      top5 += event.getClassIds().contains(answer.label()) ? 1 : 0;
      assertThat(event.getProvider()).isEqualTo("cpu");
      assertThat(event.getLabel()).isEqualTo(Integer.toString(answer.label()));
      assertThat(event.getAttributes()).containsEntry("file", event.getReferenceId());
      assertThat(text(event.getSourceKey())).isEqualTo(event.getReferenceId());
      assertThat(event.getSubmittedAt()).isNotNull();
    }
    assertThat(top1).isEqualTo(137);
    assertThat(top5).isEqualTo(177);
    assertThat(topics.rejections(options.get("rejections.topic"), 0)).isEmpty();
  }

  private static void assertAnswer(ClassificationEvent event, Golden.Answer answer) {
    assertThat(event.getClassIds())
        .as("class ids of %s", event.getReferenceId())
        .isEqualTo(answer.classIds());
    for (int i = 0; i < answer.scores().size(); i++) {
      assertThat(event.getScores().get(i))
          .as("score %d of %s", i, event.getReferenceId())
          .isCloseTo(answer.scores().get(i), within(1e-4f));
    }
  }

  @Test
  void underFullLoadBatchesAreFull() throws Exception {
    broker.createTopic("load", 2);
    List<ImageReference> references = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      for (ImageReference reference : golden.references()) {
        references.add(
            ImageReference.newBuilder(reference).setId(reference.getId() + "#" + round).build());
      }
    }
    topics.publish("load", references);
    Map<String, String> options = options("load");
    options.put("batch.max-size", "8");
    options.put("batch.max-delay", "2 s"); // a busy machine must not decide when a batch is sealed

    double mean;
    try (RunningJob job = RunningJob.start(options)) {
      assertThat(topics.events(options.get("sink.topic"), references.size()))
          .hasSize(references.size());
      List<Histogram> histograms = CLUSTER.histograms(job.id(), "batchSize");
      assertThat(histograms).hasSize(2);
      long batches = histograms.stream().mapToLong(Histogram::getCount).sum();
      mean = references.size() / (double) batches;
    }

    assertThat(mean).isBetween(0.9 * 8, 8.0);
  }

  @Test
  void badInputIsRejectedOneByOneAndItsNeighboursAreNeitherRepeatedNorHeldUp() throws Exception {
    byte[] jpeg = Files.readAllBytes(golden.images().resolve("n01440764_tench.JPEG"));
    Path notAnImage = Files.writeString(folder.resolve("not-an-image.jpg"), "Not an image at all");
    Path empty = Files.write(folder.resolve("empty.jpg"), new byte[0]);
    Path truncated =
        Files.write(folder.resolve("truncated.jpg"), Arrays.copyOf(jpeg, jpeg.length / 2));
    Path tooLarge = Files.write(folder.resolve("large.jpg"), Arrays.copyOf(jpeg, 2 << 20));
    byte[] brokenRecord = "This is no Avro".getBytes(UTF_8);
    try (NotFoundServer server = NotFoundServer.start()) {
      Map<String, String> bad =
          Map.of(
              notAnImage.toUri().toString(), "decode/unsupported-format",
              empty.toUri().toString(), "fetch/empty-content",
              truncated.toUri().toString(), "decode/corrupt-image",
              tooLarge.toUri().toString(), "fetch/too-large",
              server.uri("missing.jpg"), "fetch/not-found");
      List<byte[]> values = new ArrayList<>();
      List<String> keys = new ArrayList<>();
      List<ImageReference> good = golden.references().subList(0, 40);
      List<String> badUris = bad.keySet().stream().sorted().toList();
      for (int i = 0; i < good.size(); i++) {
        values.add(encode(good.get(i)));
        keys.add(good.get(i).getId());
        if (i % 2 == 0) { // two good images, one bad: no batch of 8 is without a bad one
          String uri = badUris.get(i / 2 % badUris.size());
          String id = "bad-" + i;
          values.add(encode(ImageReference.newBuilder().setId(id).setUri(uri).build()));
          keys.add(id);
        }
        if (i % 10 == 0) {
          values.add(brokenRecord);
          keys.add("broken-" + i);
        }
      }
      broker.createTopic("mixed", 1);
      topics.publish("mixed", values, keys);
      Map<String, String> options = options("mixed");
      options.put("batch.max-size", "8");
      options.put("fetch.max-bytes", "1 mb");

      List<ClassificationEvent> events;
      List<Rejection> rejections;
      try (RunningJob job = RunningJob.start(options)) {
        events = topics.events(options.get("sink.topic"), good.size());
        rejections = topics.rejections(options.get("rejections.topic"), 24);
        assertThat(job.isRunning()).isTrue();
        assertThat(CLUSTER.restarts(job.id())).isZero();

        ImageReference last = golden.references().get(41);
        topics.publish("mixed", List.of(last));
        assertThat(topics.events(options.get("sink.topic"), good.size() + 1))
            .extracting(ClassificationEvent::getReferenceId)
            .hasSize(good.size() + 1)
            .contains(last.getId());
      }

      assertThat(events)
          .extracting(ClassificationEvent::getReferenceId)
          .containsExactlyInAnyOrderElementsOf(good.stream().map(ImageReference::getId).toList());
      events.forEach(event -> assertAnswer(event, golden.answers().get(event.getReferenceId())));
      assertThat(rejections).hasSize(20 + 4);
      Map<String, Rejection> byKey =
          rejections.stream().collect(toMap(r -> text(r.getOrigin().getKey()), identity()));
      assertThat(byKey).hasSize(24);
      for (int i = 0; i < good.size(); i += 2) {
        Rejection rejection = byKey.get("bad-" + i);
        String uri = badUris.get(i / 2 % badUris.size());
        assertThat(rejection.getStage() + "/" + rejection.getReason())
            .as(uri)
            .isEqualTo(bad.get(uri));
        assertThat(rejection.getReferenceId()).isEqualTo("bad-" + i);
        assertThat(rejection.getUri()).isEqualTo(uri);
        assertThat(rejection.getDetail()).isNotBlank();
        assertThat(rejection.getOrigin().getTopic()).isEqualTo("mixed");
      }
      for (int i = 0; i < good.size(); i += 10) {
        Rejection rejection = byKey.get("broken-" + i);
        assertThat(rejection.getStage() + "/" + rejection.getReason())
            .isIn("parse/malformed-record", "parse/unknown-schema");
        assertThat(bytes(rejection.getOrigin().getRaw())).isEqualTo(brokenRecord);
      }
      assertNobodyWaited(events);
    }
  }

  @Test
  void anImageThatIsSlowHoldsUpNoneOfThoseAfterIt() throws Exception {
    broker.createTopic("slow", 1);
    try (ColourServer server = ColourServer.start()) {
      server.hold(List.of("slow"));
      Map<String, String> options = options("slow");
      options.put("fetch.timeout", "50 s");
      options.put("fetch.patience", "0 s");
      Instant submitted = Instant.now().minusSeconds(60);
      topics.publish("slow", List.of(reference(server, "slow", submitted)));

      try (RunningJob job = RunningJob.start(options)) {
        for (int group = 1; group <= 3; group++) { // each behind a watermark of its own
          List<ImageReference> references = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            references.add(
                reference(server, "fast-" + group + "-" + i, submitted.plusSeconds(10L * group)));
          }
          topics.publish("slow", references);
          assertThat(topics.events(options.get("sink.topic"), 20 * group))
              .extracting(ClassificationEvent::getReferenceId)
              .hasSize(20 * group)
              .doesNotContain("slow");
        }
        assertThat(server.requests("slow")).isPositive();
        assertThat(server.answers("slow")).isZero();

        server.release();
        assertThat(topics.events(options.get("sink.topic"), 61))
            .extracting(ClassificationEvent::getReferenceId)
            .hasSize(61)
            .contains("slow");
      }
      assertThat(topics.rejections(options.get("rejections.topic"), 0)).isEmpty();
    }
  }

  private static ImageReference reference(ColourServer server, String id, Instant submittedAt) {
    return ImageReference.newBuilder()
        .setId(id)
        .setUri(server.uri(id))
        .setSubmittedAt(submittedAt)
        .build();
  }

  /** The slowest good image after the first of all took less than any timeout of the job. */
  private static void assertNobodyWaited(List<ClassificationEvent> events) {
    long first = events.stream().mapToLong(e -> e.getClassifiedAt().toEpochMilli()).min().orElse(0);
    long last = events.stream().mapToLong(e -> e.getClassifiedAt().toEpochMilli()).max().orElse(0);
    assertThat(Duration.ofMillis(last - first)).isLessThan(Duration.ofSeconds(5));
  }

  /** The options of one run, with topics of its own for what it writes. */
  private static Map<String, String> options(String images) {
    int run = RUNS.incrementAndGet();
    broker.createTopic("events-" + run, 1);
    broker.createTopic("rejections-" + run, 1);
    Map<String, String> options = new HashMap<>();
    options.put("job.name", "classify-" + run);
    options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("source.topics", images);
    options.put("source.start", "earliest");
    options.put("model.dir", Golden.model().toString());
    options.put("sink.topic", "events-" + run);
    options.put("rejections.topic", "rejections-" + run);
    options.put("execution.checkpointing.interval", "500 ms");
    options.put("restart-strategy.type", "none");
    return options;
  }

  private static byte[] encode(ImageReference reference) throws Exception {
    return bytes(ImageReference.getEncoder().encode(reference));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static String text(ByteBuffer buffer) {
    return new String(bytes(buffer), UTF_8);
  }
}
