// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.demo;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.Problems;
import io.sightline.dataset.LabelledImage;
import io.sightline.job.ClassifyJob;
import io.sightline.local.EmbeddedBroker;
import io.sightline.local.LocalFlink;
import io.sightline.model.ModelDescriptor;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import io.sightline.source.SourcePartitions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One demonstration, from the start of the broker until everything is stopped and deleted. */
final class Demo {

  private static final String REFERENCES = "references";
  private static final String EVENTS = "events";
  private static final String REJECTIONS = "rejections";
  private static final String GROUP = "sightline-demo";
  private static final String BROKEN = "broken-on-purpose";
  private static final long MOST_BROKEN_BYTES = 1 << 20;
  private static final int SLOTS = Math.min(2, Runtime.getRuntime().availableProcessors());
  private static final Duration POLL = Duration.ofMillis(50);

  /** Two checkpoints and a little more. */
  private static final Duration DOUBLES = Duration.ofMillis(2_500);

  /** Longest time without an outcome. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Screen screen;
  private final Path modelFolder;
  private final ModelDescriptor model;
  private final List<LabelledImage> samples;
  private final int perSecond;
  private final boolean keep;

  Demo(
      Screen screen,
      Path modelFolder,
      ModelDescriptor model,
      List<LabelledImage> samples,
      int perSecond,
      boolean keep) {
    this.screen = screen;
    this.modelFolder = modelFolder;
    this.model = model;
    this.samples = samples;
    this.perSecond = perSecond;
    this.keep = keep;
  }

  /** Runs it; false where an image was lost or came twice. */
  boolean run() throws Exception {
    screen.line(
        "Classifying %d images with %s (%d classes), and one that is broken on purpose."
            .formatted(samples.size(), model.name(), model.labels().size()));
    try (TemporaryFolder folder = new TemporaryFolder();
        EmbeddedBroker broker = EmbeddedBroker.builder().withoutShutdownHook().start()) {
      prepare(broker);
      screen.line(
          "Kafka broker     %s, topics %s, %s, %s"
              .formatted(broker.bootstrapServers(), REFERENCES, EVENTS, REJECTIONS));
      List<LabelledImage> images = withBroken(folder.path());
      ClassifyJobConfig config = config(broker, folder.path());
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(config.flink());
      ClassifyJob.define(env, config, model, SourcePartitions.of(REFERENCES, SLOTS));
      try (LocalFlink flink = LocalFlink.run(env, config.flink(), SLOTS)) {
        screen.line("Flink            %s".formatted(flink.webInterface()));
        flink.awaitRunning();
        Tally tally = new Tally(images);
        follow(broker, flink, images, tally);
        screen.line("");
        tally.print(screen);
        if (keep) {
          stay(broker, flink);
        }
        return tally.isComplete() && tally.isRejected(BROKEN);
      }
    }
  }

  private static void prepare(EmbeddedBroker broker) throws Exception {
    broker.awaitCoordinators();
    broker.createTopic(REFERENCES, SLOTS);
    broker.createTopic(EVENTS, 1);
    broker.createTopic(REJECTIONS, 1);
  }

  /** The images with half of the first one, as a file of its own, among them. */
  private List<LabelledImage> withBroken(Path folder) throws IOException {
    Path whole = samples.get(0).file();
    Path half = folder.resolve(BROKEN);
    if (Files.isRegularFile(whole)) {
      try (InputStream bytes = Files.newInputStream(whole)) {
        int size = (int) Math.min(MOST_BROKEN_BYTES, Files.size(whole) / 2);
        Files.write(half, bytes.readNBytes(size));
      }
    } else {
      Files.writeString(half, "no image");
    }
    List<LabelledImage> images = new ArrayList<>(samples);
    images.add(samples.size() / 2, new LabelledImage(BROKEN, half, null));
    return images;
  }

  private ClassifyJobConfig config(EmbeddedBroker broker, Path folder) throws Exception {
    Map<String, String> options = new HashMap<>();
    options.put("job.name", "sightline demo");
    options.put("model.dir", modelFolder.toString());
    options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("source.topics", REFERENCES);
    options.put("source.group-id", GROUP);
    options.put("source.start", "earliest");
    options.put("source.format", "json");
    options.put("sink.topic", EVENTS);
    options.put("rejections.topic", REJECTIONS);
    options.put("execution.checkpointing.interval", "1 s");
    options.put("parallelism.default", Integer.toString(SLOTS));
    options.put("taskmanager.numberOfTaskSlots", Integer.toString(SLOTS));
    options.put("restart-strategy.type", "none"); // what is wrong shall be seen
    options.put("io.tmp.dirs", folder.toString());
    options.put("web.tmpdir", folder.toString());
    Problems problems = new Problems();
    ClassifyJobConfig config = ClassifyJobConfig.read(Configuration.fromMap(options), problems);
    problems.throwIfAny();
    return config;
  }

  /** Publishes the images, and prints what becomes of them until all have ended. */
  private void follow(
      EmbeddedBroker broker, LocalFlink flink, List<LabelledImage> images, Tally tally)
      throws Exception {
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers",
                    broker.bootstrapServers(),
                    "isolation.level",
                    "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        Publisher publisher =
            new Publisher(broker.bootstrapServers(), REFERENCES, images, perSecond)) {
      Collection<TopicPartition> outcomes =
          List.of(new TopicPartition(EVENTS, 0), new TopicPartition(REJECTIONS, 0));
      consumer.assign(outcomes);
      consumer.seekToBeginning(outcomes);
      long lastOutcome = System.nanoTime();
      while (tally.done() < tally.of()) {
        for (ConsumerRecord<byte[], byte[]> outcome : consumer.poll(POLL)) {
          show(outcome, tally);
          lastOutcome = System.nanoTime();
        }
        publisher.check();
        flink.check();
        if (System.nanoTime() - lastOutcome > PATIENCE.toNanos()) {
          screen.line(
              "%d images have no outcome, and none has come for %d s."
                  .formatted(tally.of() - tally.done(), PATIENCE.toSeconds()));
          break;
        }
        screen.progress(tally.done(), tally.of());
      }
      // A double would come with the next checkpoints.
      long end = System.nanoTime() + DOUBLES.toNanos();
      while (System.nanoTime() - end < 0) {
        for (ConsumerRecord<byte[], byte[]> outcome : consumer.poll(POLL)) {
          show(outcome, tally);
        }
      }
      screen.endProgress();
    }
  }

  private void show(ConsumerRecord<byte[], byte[]> outcome, Tally tally) throws IOException {
    long now = System.currentTimeMillis();
    if (outcome.topic().equals(REJECTIONS)) {
      Rejection rejection = Rejection.getDecoder().decode(outcome.value());
      if (tally.add(rejection)) {
        screen.line(
            "%-28s REJECTED %s/%s: %s"
                .formatted(
                    rejection.getReferenceId(),
                    rejection.getStage(),
                    rejection.getReason(),
                    rejection.getDetail()));
      }
      return;
    }
    ClassificationEvent event = ClassificationEvent.getDecoder().decode(outcome.value());
    if (tally.add(event, now)) {
      LabelledImage image = tally.image(event.getReferenceId());
      Integer truth = image.classId();
      String remark =
          truth == null || Tally.isRight(image, event)
              ? ""
              : "   (labelled %s)".formatted(label(model.labels().get(truth)));
      screen.line(
          "%-28s %-24s %.3f  %5d ms%s"
              .formatted(
                  shortened(event.getReferenceId(), 28),
                  event.getLabelNames().isEmpty() ? "-" : label(event.getLabelNames().get(0)),
                  event.getScores().isEmpty() ? 0f : event.getScores().get(0),
                  now - event.getSubmittedAt().toEpochMilli(),
                  remark));
    }
  }

  /** The first of the names that a label lists, as those of ImageNet do. */
  private static String label(String name) {
    return shortened(name.split(",", 2)[0], 24);
  }

  /** The end of a text, which says more of a path than its beginning. */
  private static String shortened(String text, int width) {
    return text.length() <= width ? text : "..." + text.substring(text.length() - width + 3);
  }

  private void stay(EmbeddedBroker broker, LocalFlink flink) throws Exception {
    screen.line("");
    screen.line("It stays up until Ctrl-C. The job takes references from its topic, for instance:");
    screen.line(
        "  kafka-console-producer --bootstrap-server %s --topic %s"
            .formatted(broker.bootstrapServers(), REFERENCES));
    screen.line("  > %s".formatted(Publisher.reference(samples.get(0))));
    screen.line("Flink's web interface: %s".formatted(flink.webInterface()));
    CountDownLatch never = new CountDownLatch(1);
    while (!never.await(1, TimeUnit.SECONDS)) {
      flink.check();
    }
  }
}
