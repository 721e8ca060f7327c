// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.Problems;
import io.sightline.job.ClassifyJob;
import io.sightline.local.EmbeddedBroker;
import io.sightline.local.LocalFlink;
import io.sightline.model.ModelDescriptor;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.source.SourcePartitions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One classify job from its start to its cancellation, with topics of its own, a producer that
 * writes references to it, and a consumer of its events and rejections. Not thread-safe.
 */
final class BenchJob implements AutoCloseable {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  /**
   * What jobs have in common.
   *
   * @param slots task slots
   * @param workers of each slot
   * @param partitions of the input topic
   * @param uris URI of an image by its index
   * @param options of the job, over those that it has by itself
   */
  record Setup(
      EmbeddedBroker broker,
      Path modelFolder,
      ModelDescriptor model,
      Images images,
      int batchSize,
      int slots,
      int workers,
      int partitions,
      IntFunction<String> uris,
      Map<String, String> options) {

    /** Workers of all slots. */
    int threads() {
      return slots * workers;
    }

    /** The same with further options of the job. */
    Setup with(Map<String, String> more) {
      Map<String, String> all = new HashMap<>(options);
      all.putAll(more);
      return new Setup(
          broker, modelFolder, model, images, batchSize, slots, workers, partitions, uris, all);
    }
  }

  private final Setup setup;
  private final String id;
  private final String input;
  private final String rejections;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> events;
  private final LocalFlink flink;
  private long published;
  private long lastProgress = System.nanoTime();

  /**
   * Starts a job.
   *
   * @param id name of the job, new to the broker
   * @param consumer properties of the consumer of events
   */
  BenchJob(Setup setup, String id, Map<String, Object> consumer) throws Exception {
    this.setup = setup;
    this.id = id;
    EmbeddedBroker broker = setup.broker();
    input = id + "-references";
    String output = id + "-events";
    rejections = id + "-rejections";
    broker.createTopic(input, setup.partitions());
    broker.createTopic(output, 1);
    broker.createTopic(rejections, 1);
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ProducerConfig.LINGER_MS_CONFIG,
                5),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    Map<String, Object> properties = new HashMap<>(consumer);
    properties.put("bootstrap.servers", broker.bootstrapServers());
    events =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> outputs =
        List.of(new TopicPartition(output, 0), new TopicPartition(rejections, 0));
    events.assign(outputs);
    events.seekToBeginning(outputs);
    ClassifyJobConfig config = config();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.flink());
    ClassifyJob.define(env, config, setup.model(), SourcePartitions.of(input, setup.partitions()));
    flink = LocalFlink.run(env, config.flink(), setup.slots());
  }

  private ClassifyJobConfig config() throws Exception {
    Map<String, String> options = new HashMap<>();
    options.put("job.name", id);
    options.put("source.kafka.bootstrap-servers", setup.broker().bootstrapServers());
    options.put("source.topics", input);
    options.put("source.group-id", id);
    options.put("source.start", "earliest");
    options.put("source.format", "avro-single-object");
    options.put("model.dir", setup.modelFolder().toString());
    options.put("batch.max-size", Integer.toString(setup.batchSize()));
    options.put("classify.workers", Integer.toString(setup.workers()));
    options.put("device.provider", "cpu");
    options.put("sink.topic", id + "-events");
    options.put("rejections.topic", rejections);
    options.put("execution.checkpointing.interval", "1 s");
    options.put("parallelism.default", Integer.toString(setup.slots()));
    options.put("taskmanager.numberOfTaskSlots", Integer.toString(setup.slots()));
    options.put("web.checkpoints.history", "1000");
    options.putAll(setup.options());
    Problems problems = new Problems();
    ClassifyJobConfig config = ClassifyJobConfig.read(Configuration.fromMap(options), problems);
    problems.throwIfAny();
    return config;
  }

  /** What the cluster tells of the job's checkpoints. */
  Checkpoints checkpoints() throws Exception {
    return new Checkpoints(flink.webInterface(), flink.job());
  }

  /** Takes one checkpoint after the other for about the duration, beside those of the interval. */
  void takeCheckpoints(Duration duration) throws Exception {
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() - end < 0) {
      flink.takeCheckpoint();
    }
  }

  /** Publishes references, and waits until the broker has them. */
  void publish(long count) {
    lastProgress = System.nanoTime();
    for (long i = 0; i < count; i++) {
      publishNext();
    }
    producer.flush();
  }

  /** Publishes the next reference without waiting; {@code submitted_at} is now. */
  void publishNext() {
    long number = published++;
    int index = (int) (number % setup.images().size());
    ImageReference reference =
        ImageReference.newBuilder()
            .setId("image-" + number)
            .setUri(setup.uris().apply(index))
            .setSubmittedAt(Instant.now())
            .build();
    ByteBuffer encoded;
    try {
      encoded = ImageReference.getEncoder().encode(reference);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] value = new byte[encoded.remaining()];
    encoded.get(value);
    byte[] key = reference.getId().getBytes(StandardCharsets.UTF_8);
    var unused = producer.send(new ProducerRecord<>(input, key, value)); // publish() flushes
  }

  /**
   * Reads the events that have come.
   *
   * @throws IllegalStateException where none has come for five minutes, or an image was rejected,
   *     of those that all decode
   */
  ConsumerRecords<byte[], byte[]> poll(Duration timeout) throws Exception {
    ConsumerRecords<byte[], byte[]> records = events.poll(timeout);
    for (ConsumerRecord<byte[], byte[]> rejected : records.records(rejections)) {
      Rejection rejection = Rejection.getDecoder().decode(rejected.value());
      throw new IllegalStateException(
          "%s: %s was rejected: %s, %s: %s"
              .formatted(
                  id,
                  rejection.getUri(),
                  rejection.getStage(),
                  rejection.getReason(),
                  rejection.getDetail()));
    }
    long now = System.nanoTime();
    if (!records.isEmpty()) {
      lastProgress = now;
    } else if (now - lastProgress > PATIENCE_NANOS) {
      throw new IllegalStateException(
          "%s: no event came for 5 minutes; the job is %s".formatted(id, flink.status()));
    }
    return records;
  }

  @Override
  public void close() throws Exception {
    try (producer;
        events) {
      flink.close();
    }
  }
}
