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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
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
 * The whole classify job, Kafka to Kafka: references in, Avro events out, exactly once with
 * checkpoints of 1 s. Every measurement starts the job, warms it up, publishes as many references
 * as it took in its last measurement, and ends when as many events have reached the topic; between
 * measurements no job runs. CPU time and heap are those of the whole process, broker included.
 */
final class JobVariant implements Variant {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final double FIRST_GUESS_PER_SECOND_AND_THREAD = 500;
  private static final int WARM_UP_IMAGES_A_SLOT = 256;

  /** How much more is published than the job took last time, so that it never runs dry. */
  private static final double SUPPLY = 2;

  private static final Duration POLL = Duration.ofMillis(600);

  private final String name;
  private final EmbeddedBroker broker;
  private final Path modelFolder;
  private final ModelDescriptor model;
  private final Images images;
  private final int batchSize;
  private final int slots;
  private final int partitions;
  private final IntFunction<String> uris;
  private double imagesPerNano;
  private int runs;

  /**
   * A job that is not started yet.
   *
   * @param slots task slots, each with one worker
   * @param partitions of the input topic
   * @param uris URI of an image by its index
   */
  JobVariant(
      String name,
      EmbeddedBroker broker,
      Path modelFolder,
      ModelDescriptor model,
      Images images,
      int batchSize,
      int slots,
      int partitions,
      IntFunction<String> uris) {
    this.name = name;
    this.broker = broker;
    this.modelFolder = modelFolder;
    this.model = model;
    this.images = images;
    this.batchSize = batchSize;
    this.slots = slots;
    this.partitions = partitions;
    this.uris = uris;
    this.imagesPerNano = FIRST_GUESS_PER_SECOND_AND_THREAD * slots / 1e9;
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
    String id = "%s-%d-%d-%d".formatted(name, slots, partitions, runs++);
    try (Run run = new Run(id)) {
      long warmUp = (long) WARM_UP_IMAGES_A_SLOT * slots;
      run.publish(warmUp + Math.round(SUPPLY * duration.toNanos() * imagesPerNano));
      run.await(warmUp);
      Meter meter = new Meter();
      long startMillis = System.currentTimeMillis();
      long started = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      long endMillis = System.currentTimeMillis();
      long nanos = System.nanoTime() - started;
      long cpuNanos = meter.processCpuNanos();
      long heapBytes = meter.processHeapBytes();
      long count = run.written(startMillis, endMillis);
      imagesPerNano = (double) count / nanos;
      return new Work(count, nanos, cpuNanos, heapBytes);
    }
  }

  @Override
  public void close() {}

  /** One job from its start to its cancellation, with topics of its own. */
  private final class Run implements AutoCloseable {

    private final String input;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> events;
    private final JobClient job;
    private final List<Long> eventMillis = new ArrayList<>();
    private long published;

    Run(String id) throws Exception {
      input = id + "-references";
      broker.createTopic(input, partitions);
      broker.createTopic(id + "-events", 1);
      broker.createTopic(id + "-rejections", 1);
      producer =
          new KafkaProducer<>(
              Map.of(
                  ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                  broker.bootstrapServers(),
                  ProducerConfig.LINGER_MS_CONFIG,
                  5),
              new ByteArraySerializer(),
              new ByteArraySerializer());
      events =
          new KafkaConsumer<>(
              Map.of(
                  ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                  broker.bootstrapServers(),
                  ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                  1 << 20),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer());
      List<TopicPartition> output = List.of(new TopicPartition(id + "-events", 0));
      events.assign(output);
      events.seekToBeginning(output);
      ClassifyJobConfig config = config(id);
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.createLocalEnvironment(slots, config.flink());
      ClassifyJob.define(env, config, model, partitions);
      job = env.executeAsync(id);
    }

    private ClassifyJobConfig config(String id) throws Exception {
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
      return config;
    }

    void publish(long count) throws Exception {
      for (long i = 0; i < count; i++) {
        publish();
      }
      producer.flush();
    }

    /** Waits for so many events. */
    void await(long count) throws Exception {
      long started = System.nanoTime();
      while (eventMillis.size() < count) {
        poll();
        if (System.nanoTime() - started > PATIENCE_NANOS) {
          throw new IllegalStateException(
              "%s: %d of %d events after 5 minutes; the job is %s"
                  .formatted(name, eventMillis.size(), count, job.getJobStatus().get()));
        }
      }
    }

    /**
     * Counts the events that were written within a time, by the timestamps of their records; the
     * consumer rests meanwhile.
     */
    long written(long startMillis, long endMillis) throws Exception {
      long started = System.nanoTime();
      while (eventMillis.stream().noneMatch(millis -> millis >= endMillis)) {
        poll();
        if (System.nanoTime() - started > PATIENCE_NANOS) {
          throw new IllegalStateException(
              "%s: no event came after the measurement; the job is %s"
                  .formatted(name, job.getJobStatus().get()));
        }
      }
      for (int i = 0; i < 4; i++) { // what another slot wrote at the same time
        poll();
      }
      return eventMillis.stream()
          .filter(millis -> millis >= startMillis && millis < endMillis)
          .count();
    }

    private void poll() {
      events.poll(POLL).forEach(event -> eventMillis.add(event.timestamp()));
    }

    private void publish() throws Exception {
      long number = published++;
      int index = (int) (number % images.size());
      ImageReference reference =
          ImageReference.newBuilder()
              .setId("image-" + number)
              .setUri(uris.apply(index))
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
      try {
        job.cancel().get();
        while (!job.getJobStatus().get().isGloballyTerminalState()) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
      } catch (ExecutionException | IllegalStateException e) {
        // The local cluster goes with its job and may be gone before it answers.
      } finally {
        producer.close();
        events.close();
      }
    }
  }
}
