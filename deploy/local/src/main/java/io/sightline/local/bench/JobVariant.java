// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

/**
 * The whole classify job, Kafka to Kafka: references in, Avro events out, exactly once with
 * checkpoints of 1 s. It is started by its first measurement and runs until it is closed, as a job
 * in production does, so that the JIT compilers have its start behind them. Every measurement
 * publishes more references than the job can take in its time, counts the events that reach the
 * topic meanwhile, and waits for the rest of them: between measurements the job has nothing to do
 * but its checkpoints. CPU time and heap are those of the whole process, broker included.
 */
final class JobVariant implements Variant {

  /** How much more is published than the job took last time, so that it never runs dry. */
  private static final double SUPPLY = 1.5;

  /** From the first event until every queue on the way is as full as it gets. */
  private static final Duration RAMP = Duration.ofSeconds(2);

  /** The pace is known once so many images take so long. */
  private static final Duration PACE_KNOWN = Duration.ofSeconds(2);

  private static final int FIRST_BATCHES_A_THREAD = 4;

  /** How the names of the threads of {@code ClassifyFunction}'s workers begin. */
  private static final String WORKERS = "sightline-classify-";

  private static final Duration POLL = Duration.ofMillis(600);

  private final String name;
  private final BenchJob.Setup setup;
  private @Nullable BenchJob running;
  private double imagesPerNano;

  /** A job that is not started yet. */
  JobVariant(String name, BenchJob.Setup setup) {
    this.name = name;
    this.setup = setup;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int threads() {
    return setup.threads();
  }

  @Override
  public Work work(Duration duration) throws Exception {
    return work(duration, (job, time) -> TimeUnit.NANOSECONDS.sleep(time.toNanos()));
  }

  /** Takes checkpoints without a pause: what runs once a second is not compiled for 20 minutes. */
  @Override
  public void warmUp(Duration duration) throws Exception {
    work(duration, BenchJob::takeCheckpoints);
  }

  /** What is done while the job works; the consumer rests. */
  private interface Meanwhile {
    void spend(BenchJob job, Duration time) throws Exception;
  }

  private Work work(Duration duration, Meanwhile meanwhile) throws Exception {
    BenchJob job = running;
    if (job == null) {
      String id = "%s-%d".formatted(name, setup.threads());
      job = new BenchJob(setup, id, Map.of(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1 << 20));
      running = job;
      imagesPerNano = learnPace(job);
    }
    Work work = attempt(job, duration, meanwhile);
    while (work == null) { // faster by so much than last time that its input ran dry
      work = attempt(job, duration, meanwhile);
    }
    return work;
  }

  private double learnPace(BenchJob job) throws Exception {
    long images = (long) FIRST_BATCHES_A_THREAD * setup.batchSize() * setup.threads();
    while (true) {
      long started = System.nanoTime();
      job.publish(images);
      List<Long> eventMillis = new ArrayList<>();
      while (eventMillis.size() < images) {
        poll(job, eventMillis);
      }
      if (System.nanoTime() - started >= PACE_KNOWN.toNanos()) {
        return latePace(eventMillis);
      }
      images *= 2;
    }
  }

  private @Nullable Work attempt(BenchJob job, Duration duration, Meanwhile meanwhile)
      throws Exception {
    long supply = Math.round(SUPPLY * duration.plus(RAMP).toNanos() * imagesPerNano);
    List<Long> eventMillis = new ArrayList<>();
    job.publish(supply);
    while (eventMillis.isEmpty()) {
      poll(job, eventMillis);
    }
    TimeUnit.NANOSECONDS.sleep(RAMP.toNanos());

    Meter meter = new Meter(WORKERS);
    JitCompilers compilers = new JitCompilers();
    long startMillis = System.currentTimeMillis();
    long started = System.nanoTime();
    meanwhile.spend(job, duration);
    long endMillis = System.currentTimeMillis();
    long nanos = System.nanoTime() - started;
    double jitShare = compilers.share();
    long workersCpuNanos = meter.namedCpuNanos();
    long cpuNanos = meter.processCpuNanos();
    long heapBytes = meter.processHeapBytes();

    while (eventMillis.size() < supply) {
      poll(job, eventMillis);
    }
    if (eventMillis.stream().allMatch(millis -> millis < endMillis)) {
      imagesPerNano = SUPPLY * Math.max(imagesPerNano, latePace(eventMillis));
      return null;
    }
    long count =
        eventMillis.stream().filter(millis -> millis >= startMillis && millis < endMillis).count();
    imagesPerNano = (double) count / nanos;
    return new Work(
        count,
        started,
        nanos,
        cpuNanos,
        heapBytes,
        new JobWork(
            workersCpuNanos, jitShare, job.checkpoints().durations(startMillis, endMillis)));
  }

  /** Images a nanosecond in the later half of the events: the job was cold in the earlier one. */
  static double latePace(List<Long> eventMillis) {
    List<Long> late = eventMillis.stream().sorted().skip(eventMillis.size() / 2).toList();
    long millis = Math.max(1, late.get(late.size() - 1) - late.get(0));
    return (double) late.size() / TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Adds when the events that have come were written, by the timestamps of their records. */
  private static void poll(BenchJob job, List<Long> eventMillis) throws Exception {
    job.poll(POLL).forEach(event -> eventMillis.add(event.timestamp()));
  }

  @Override
  public void close() throws Exception {
    BenchJob job = running;
    running = null;
    if (job != null) {
      job.close();
    }
  }
}
