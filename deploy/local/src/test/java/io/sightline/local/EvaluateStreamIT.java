// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.testing.OnnxGraphs;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The evaluate job, Kafka to Kafka: windows, late labels, savepoints. */
@Timeout(180)
class EvaluateStreamIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @RegisterExtension static final LocalCluster CLUSTER = new LocalCluster(3);

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static Topics topics;
  private static Path model;
  private static ByteBuffer image;

  @BeforeAll
  static void start() throws Exception {
    model = OnnxGraphs.classifier(4, 8, 8).writeFolder(folder.resolve("model"));
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB), "png", png);
    image = ByteBuffer.wrap(png.toByteArray());
    broker = EmbeddedBroker.create();
    topics = new Topics(broker);
  }

  @AfterAll
  static void close() {
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void windowsAreReportedAboutInSpiteOfAnIdlePartitionAndGoOnFromASavepoint() throws Exception {
    Map<String, String> options = options("windows", 2);
    options.put("source.idleness", "10 s");
    options.put("classify.timeout", "10 s");
    options.put("fetch.timeout", "10 s");
    options.put("fetch.patience", "0 s");
    options.put("evaluate.window.size", "10 s");
    options.put("source.watermark.delay", "0 s");
    List<ImageReference> references = new ArrayList<>();
    for (int i = 0; i < 30; i++) { // one a second, three windows; the last of each can't count
      String label = i % 10 == 9 ? "zebra" : Integer.toString(i % 4);
      references.add(reference("w" + i, label, START.plusSeconds(i)));
    }
    ImageReference unlabelled = reference("none", null, START.plusSeconds(5));
    references.add(6, unlabelled);

    String savepoint;
    try (RunningJob job = RunningJob.startEvaluation(options)) {
      publishToOnePartition("windows", references);
      // Only the third window is still open, until something newer comes.
      publishToOnePartition("windows", List.of(reference("far", "0", START.plusSeconds(100))));
      awaitReports("windows", reports -> windows(reports).size() == 3);
      publishToOnePartition("windows", List.of(reference("late", "0", START.plusSeconds(1))));
      awaitReports("windows", reports -> last(reports).getImages() == 29);
      savepoint = job.stopWithSavepoint(folder.resolve("savepoints"));
    }
    List<EvaluationReport> reports = topics.reports("windows-reports", 0);
    assertThat(windows(reports))
        .extracting(
            report ->
                "%s to %s: %d images, %d rejected"
                    .formatted(
                        report.getWindowStart(),
                        report.getWindowEnd(),
                        report.getImages(),
                        report.getRejected()))
        .containsExactlyInAnyOrder(
            "2026-01-01T00:00:00Z to 2026-01-01T00:00:10Z: 9 images, 2 rejected",
            "2026-01-01T00:00:10Z to 2026-01-01T00:00:20Z: 9 images, 1 rejected",
            "2026-01-01T00:00:20Z to 2026-01-01T00:00:30Z: 9 images, 1 rejected");
    assertThat(last(reports).getRejections())
        .extracting(why -> why.getStage() + "/" + why.getReason() + " " + why.getCount())
        .containsExactly("evaluate/no-label 1", "evaluate/unknown-label 3");

    options.put("execution.state-recovery.path", savepoint);
    options.put("parallelism.default", "3");
    try (RunningJob job = RunningJob.startEvaluation(options)) {
      publishToOnePartition("windows", List.of(reference("late too", "1", START.plusSeconds(2))));
      publishToOnePartition("windows", List.of(reference("more", "1", START.plusSeconds(101))));
      publishToOnePartition("windows", List.of(reference("farther", "1", START.plusSeconds(200))));
      awaitReports("windows", all -> windows(all).size() >= 4);
      awaitReports("windows", all -> last(all).getImages() == 32);
      assertThat(windows(topics.reports("windows-reports", 0)))
          .as("a window is reported about once, also after a restore")
          .extracting(EvaluationReport::getWindowStart)
          .doesNotHaveDuplicates();
      assertThat(job.isRunning()).isTrue();
    }
    List<ClassificationEvent> events = topics.events("windows-events", 32);
    assertThat(events).extracting(ClassificationEvent::getReferenceId).hasSize(32);
    long hits =
        events.stream()
            .filter(event -> event.getClassIds().get(0) == Integer.parseInt(event.getLabel()))
            .count();
    assertThat(last(topics.reports("windows-reports", 0)).getTop1().getHits()).isEqualTo(hits);
    assertThat(topics.rejections("windows-rejections", 4))
        .extracting(Rejection::getReferenceId)
        .containsExactlyInAnyOrder("none", "w9", "w19", "w29");
  }

  @Test
  void labelsBeforeAndWithinTheAllowedTimeAreJoinedAndOnesAfterItAreNot() throws Exception {
    Map<String, String> options = options("late", 1);
    broker.createTopic("late-labels", 1);
    options.put("evaluate.labels.topic", "late-labels");
    options.put("evaluate.labels.max-delay", "5 s");
    options.put("source.watermark.delay", "0 s");
    try (RunningJob job = RunningJob.startEvaluation(options)) {
      label("before", "1", -1);
      label("never", "1", 0);
      publishToOnePartition(
          "late",
          List.of(
              reference("own", "2", START),
              reference("before", null, START),
              reference("within", null, START),
              reference("after", null, START),
              reference("wrong", null, START)));
      label("within", "class-3", 5);
      label("wrong", "zebra", 5);
      label("after", "1", 6);
      topics.publish(
          "late-labels",
          List.of("no label".getBytes(UTF_8)),
          Collections.singletonList(null),
          List.of(START.plusSeconds(7)));
      // What moves the watermarks of both topics on.
      label("later", "0", 100);
      publishToOnePartition("late", List.of(reference("later", null, START.plusSeconds(100))));
      awaitReports("late", reports -> last(reports).getImages() == 4 && rejected(reports) == 3);
      assertThat(job.isRunning()).isTrue();
    }
    assertThat(topics.events("late-events", 4))
        .extracting(event -> event.getReferenceId() + " " + event.getLabel())
        .containsExactlyInAnyOrder("own 2", "before 1", "within class-3", "later 0");
    assertThat(topics.rejections("late-rejections", 3))
        .extracting(r -> r.getReferenceId() + " " + r.getStage() + "/" + r.getReason())
        .containsExactlyInAnyOrder(
            "after evaluate/label-expired",
            "wrong evaluate/unknown-label",
            "null evaluate/malformed-label");
  }

  @Test
  void anotherModelFromASavepointCountsAnewAndLeavesOutWhatTheOldOneHasClassified()
      throws Exception {
    Map<String, String> options = options("models", 1);
    broker.createTopic("models-labels", 1);
    options.put("evaluate.labels.topic", "models-labels");
    options.put("evaluate.labels.max-delay", "5 s");
    options.put("evaluate.window.size", "10 s");
    options.put("source.watermark.delay", "0 s");
    String savepoint;
    try (RunningJob job = RunningJob.startEvaluation(options)) {
      publishToOnePartition(
          "models",
          List.of(
              reference("waits", null, START),
              reference("expires", null, START),
              reference("old", "2", START)));
      awaitReports("models", reports -> last(reports).getImages() == 1);
      savepoint = job.stopWithSavepoint(folder.resolve("savepoints"));
    }
    Path other = OnnxGraphs.classifier(6, 8, 8).writeFolder(folder.resolve("other"));
    options.put("model.dir", other.toString());
    options.put("evaluate.top-k", "1;2");
    options.put("execution.state-recovery.path", savepoint);
    try (RunningJob job = RunningJob.startEvaluation(options)) {
      label("models-labels", "waits", "1", 0);
      publishToOnePartition("models", List.of(reference("new", "5", START.plusSeconds(1))));
      topics.events("models-events", 3);
      label("models-labels", "nobody", "0", 100);
      publishToOnePartition("models", List.of(reference("far", "5", START.plusSeconds(100))));
      awaitReports("models", reports -> windows(reports).size() == 1);
      awaitReports("models", reports -> last(reports).getImages() == 2);
      assertThat(job.isRunning()).isTrue();
    }
    List<EvaluationReport> reports = topics.reports("models-reports", 0);
    EvaluationReport window = windows(reports).get(0);
    assertThat(window.getClasses()).isEqualTo(6);
    assertThat(window.getImages()).isEqualTo(1);
    assertThat(last(reports).getRejected()).isZero();
    assertThat(topics.rejections("models-rejections", 1))
        .extracting(Rejection::getReferenceId, Rejection::getReason)
        .containsExactly(tuple("expires", "label-expired"));
    assertThat(topics.events("models-events", 4))
        .filteredOn(event -> event.getModelFingerprint().equals(window.getModelFingerprint()))
        .extracting(ClassificationEvent::getReferenceId)
        .containsExactly("new", "far");
  }

  private static long rejected(List<EvaluationReport> reports) {
    return last(reports).getRejected();
  }

  private static void label(String id, String label, int second) throws Exception {
    label("late-labels", id, label, second);
  }

  private static void label(String topic, String id, String label, int second) throws Exception {
    String json = "{\"id\": \"%s\", \"label\": \"%s\"}".formatted(id, label);
    topics.publish(
        topic,
        List.of(json.getBytes(UTF_8)),
        Collections.singletonList(null),
        List.of(START.plusSeconds(second)));
  }

  private static List<EvaluationReport> windows(List<EvaluationReport> reports) {
    return reports.stream().filter(report -> report.getWindowStart() != null).toList();
  }

  /** The last report about everything so far. */
  private static EvaluationReport last(List<EvaluationReport> reports) {
    List<EvaluationReport> overall =
        reports.stream().filter(report -> report.getWindowStart() == null).toList();
    return overall.isEmpty() ? new EvaluationReport() : overall.get(overall.size() - 1);
  }

  private static void awaitReports(String name, Predicate<List<EvaluationReport>> enough) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              List<EvaluationReport> reports = topics.reports(name + "-reports", 0);
              assertThat(enough.test(reports)).as(summary(reports)).isTrue();
            });
  }

  private static String summary(List<EvaluationReport> reports) {
    StringBuilder summary = new StringBuilder();
    for (EvaluationReport report : reports) {
      summary.append(
          "%s: %d images, %s%n"
              .formatted(report.getWindowStart(), report.getImages(), report.getRejections()));
    }
    return summary.toString();
  }

  private static ImageReference reference(String id, @Nullable String label, Instant submittedAt) {
    return ImageReference.newBuilder()
        .setId(id)
        .setContent(image.duplicate())
        .setLabel(label)
        .setSubmittedAt(submittedAt)
        .build();
  }

  /** In their order, with the same key: the other partitions stay empty. */
  private static void publishToOnePartition(String topic, List<ImageReference> references)
      throws Exception {
    List<byte[]> values = new ArrayList<>();
    for (ImageReference reference : references) {
      ByteBuffer encoded = ImageReference.getEncoder().encode(reference);
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      values.add(bytes);
    }
    topics.publish(topic, values, Collections.nCopies(values.size(), "one key"));
  }

  private static Map<String, String> options(String name, int partitions) {
    broker.createTopic(name, partitions);
    broker.createTopic(name + "-events", 1);
    broker.createTopic(name + "-rejections", 1);
    broker.createTopic(name + "-reports", 1);
    Map<String, String> options = new HashMap<>();
    options.put("job.name", name);
    options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("source.topics", name);
    options.put("source.start", "earliest");
    options.put("model.dir", model.toString());
    options.put("classify.workers", "1");
    options.put("sink.topic", name + "-events");
    options.put("rejections.topic", name + "-rejections");
    options.put("evaluate.reports.topic", name + "-reports");
    options.put("evaluate.report-interval", "300 ms");
    options.put("parallelism.default", Integer.toString(partitions));
    options.put("execution.checkpointing.interval", "200 ms");
    options.put("restart-strategy.type", "none");
    return options;
  }
}
