// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.Problems;
import io.sightline.job.ClassifyJob;
import io.sightline.local.EmbeddedBroker;
import io.sightline.model.ModelDescriptor;
import io.sightline.schemas.ImageReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The whole classify job, Kafka to Kafka: references to files in, Avro events out, exactly once
 * with checkpoints of 1 s. It stays up between measurements, with nothing to read. A measurement
 * publishes as many references as the job took in its last one within the duration, and ends when
 * as many events have reached the topic.
 */
final class JobVariant implements Variant {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final double FIRST_GUESS_PER_SECOND_AND_THREAD = 50;

  private final String name;
  private final int slots;
  private final Images images;
  private final String input;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> events;
  private final JobClient job;
  private double imagesPerNano;
  private long published;

  /**
   * Starts the job.
   *
   * @param slots task slots, each with one worker
   * @param partitions of the input topic
   */
  JobVariant(
      String name,
      EmbeddedBroker broker,
      Path modelFolder,
      ModelDescriptor model,
      Images images,
      int batchSize,
      int slots,
      int partitions)
      throws Exception {
    this.name = name;
    this.slots = slots;
    this.images = images;
    this.imagesPerNano = FIRST_GUESS_PER_SECOND_AND_THREAD * slots / 1e9;
    String id = "%s-%d-%d".formatted(name, slots, partitions);
    this.input = id + "-references";
    broker.createTopic(input, partitions);
    broker.createTopic(id + "-events", 1);
    broker.createTopic(id + "-rejections", 1);
    Map<String, Object> client =
        Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    this.producer =
        new KafkaProducer<>(
            merged(client, ProducerConfig.LINGER_MS_CONFIG, 5),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.events =
        new KafkaConsumer<>(
            merged(client, ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> output = List.of(new TopicPartition(id + "-events", 0));
    events.assign(output);
    events.seekToBeginning(output);

    Configuration configuration =
        Configuration.fromMap(
            Map.ofEntries(
                Map.entry("job.name", id),
                Map.entry("source.kafka.bootstrap-servers", broker.bootstrapServers()),
                Map.entry("source.topics", input),
                Map.entry("source.group-id", id),
                Map.entry("source.start", "earliest"),
                Map.entry("source.format", "avro-single-object"),
                Map.entry("model.dir", modelFolder.toString()),
                Map.entry("batch.max-size", Integer.toString(batchSize)),
                Map.entry("classify.workers", "1"),
                Map.entry("device.provider", "cpu"),
                Map.entry("sink.topic", id + "-events"),
                Map.entry("rejections.topic", id + "-rejections"),
                Map.entry("execution.checkpointing.interval", "1 s"),
                Map.entry("parallelism.default", Integer.toString(slots)),
                Map.entry("taskmanager.numberOfTaskSlots", Integer.toString(slots))));
    Problems problems = new Problems();
    ClassifyJobConfig config = ClassifyJobConfig.read(configuration, problems);
    problems.throwIfAny();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(slots, config.flink());
    ClassifyJob.define(env, config, model, partitions);
    this.job = env.executeAsync(id);
  }

  private static Map<String, Object> merged(Map<String, Object> base, String key, Object value) {
    Map<String, Object> merged = new java.util.HashMap<>(base);
    merged.put(key, value);
    return merged;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int threads() {
    return slots;
  }

  @Override
  public Work work(Duration duration) throws Exception {
    long count = Math.max(1, Math.round(duration.toNanos() * imagesPerNano));
    long started = System.nanoTime();
    for (long i = 0; i < count; i++) {
      publish();
    }
    producer.flush();
    long arrived = 0;
    while (arrived < count) {
      arrived += events.poll(Duration.ofMillis(20)).count();
      if (System.nanoTime() - started > PATIENCE_NANOS) {
        throw new IllegalStateException(
            "%s: %d of %d events after 5 minutes; the job is %s"
                .formatted(name, arrived, count, job.getJobStatus().get()));
      }
    }
    long nanos = System.nanoTime() - started;
    imagesPerNano = (double) count / nanos;
    return new Work(count, nanos);
  }

  private void publish() throws Exception {
    long number = published++;
    Path file = images.files().get((int) (number % images.size()));
    ImageReference reference =
        ImageReference.newBuilder()
            .setId(file.getFileName() + "#" + number)
            .setUri(file.toUri().toString())
            .setSubmittedAt(Instant.now())
            .build();
    ByteBuffer encoded = ImageReference.getEncoder().encode(reference);
    byte[] value = new byte[encoded.remaining()];
    encoded.get(value);
    byte[] key = reference.getId().getBytes(StandardCharsets.UTF_8);
    var unused = producer.send(new ProducerRecord<>(input, key, value)); // flush() waits for it
  }

  @Override
  public void close() throws Exception {
    job.cancel().get();
    producer.close();
    events.close();
  }
}
