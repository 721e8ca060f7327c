// SPDX-License-Identifier: Apache-2.0
package io.sightline.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.SourceSettings;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.source.ParseFunction;
import io.sightline.testing.Settings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * A job that holds references in the state of Flink's async wait operator: raw records, parsed,
 * into an async function that answers only once its gate is open. Generic types are off, and no JVM
 * property is set.
 *
 * <p>Its {@link #main} is the next release of {@link StateIT}: in a JVM of its own, with a newer
 * {@code ImageReference} first on the class path.
 */
public final class ReferencesInFlight {

  static final int REFERENCES = 20;

  static volatile boolean gateOpen;
  static volatile boolean failOnce;
  static final Set<String> ENTERED = ConcurrentHashMap.newKeySet();
  static final List<ImageReference> OUT = new CopyOnWriteArrayList<>();
  static final List<Rejection> REJECTED = new CopyOnWriteArrayList<>();

  private ReferencesInFlight() {}

  static void reset() {
    gateOpen = false;
    failOnce = false;
    ENTERED.clear();
    OUT.clear();
    REJECTED.clear();
  }

  /**
   * The graph.
   *
   * @param madeBy an attribute of every reference that this run makes, which tells it from a
   *     restored one
   */
  static JobGraph define(String madeBy, boolean objectReuse) {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.OBJECT_REUSE, objectReuse);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.enableCheckpointing(100);
    SourceSettings settings =
        Settings.source(SourceSettings.Format.JSON, SourceSettings.Id.FIELD, 1000, 1000);
    SingleOutputStreamOperator<ImageReference> references =
        env.fromSequence(1, Long.MAX_VALUE)
            .uid("sequence")
            .filter(ReferencesInFlight::isOneOfTheFirst)
            .uid("first")
            .map(i -> record(i, madeBy))
            .returns(TypeInformation.of(SourceRecord.class))
            .uid("records")
            .process(new ParseFunction(settings))
            .returns(TypeInformation.of(ImageReference.class))
            .uid("parse");
    AsyncDataStream.unorderedWait(references, new Gated(), 1, TimeUnit.HOURS, REFERENCES + 5)
        .returns(TypeInformation.of(ImageReference.class))
        .uid("in-flight")
        .map(new Collect())
        .returns(TypeInformation.of(ImageReference.class))
        .uid("collect")
        .sinkTo(new DiscardingSink<>())
        .uid("discard");
    references
        .getSideOutput(Rejections.TAG)
        .map(
            rejection -> {
              REJECTED.add(rejection);
              return rejection;
            })
        .returns(TypeInformation.of(Rejection.class))
        .uid("rejected")
        .sinkTo(new DiscardingSink<>())
        .uid("discard-rejected");
    StreamGraph graph = env.getStreamGraph();
    graph.setJobName("references-in-flight");
    return graph.getJobGraph();
  }

  /** The source never ends: a bounded one would wait for what is in flight, savepoint or not. */
  private static boolean isOneOfTheFirst(long i) throws InterruptedException {
    if (i > REFERENCES + 1) {
      Thread.sleep(1);
      return false;
    }
    return true;
  }

  /** Valid but for the last one, which is broken. */
  private static SourceRecord record(long i, String madeBy) {
    String json =
        i > REFERENCES
            ? "broken"
            : """
              {"id": "%d", "content": "QUJD", "attributes": {"made-by": "%s"},
               "submitted_at": %d}"""
                .formatted(i, madeBy, i);
    return new SourceRecord(
        "references",
        0,
        i,
        -1,
        Long.toString(i).getBytes(StandardCharsets.UTF_8),
        json.getBytes(StandardCharsets.UTF_8));
  }

  static MiniCluster startCluster() throws Exception {
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(new Configuration())
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
    cluster.start();
    return cluster;
  }

  static void awaitAll(Collection<?> references) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (references.size() < REFERENCES) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("only " + references.size() + " references came");
      }
      Thread.sleep(10);
    }
  }

  /** Lets all that is in flight out, and waits for a checkpoint in which none of it is left. */
  static void awaitOutcomes(MiniCluster cluster, JobID job) throws Exception {
    gateOpen = true;
    awaitAll(OUT);
    cluster.triggerCheckpoint(job).get(60, TimeUnit.SECONDS);
    cluster.cancelJob(job).get(60, TimeUnit.SECONDS);
    cluster.requestJobResult(job).get(60, TimeUnit.SECONDS);
  }

  /** Fails where not all references came out, or one has lost something. */
  static void assertAllAreWhole(String madeBy) {
    assertThat(OUT)
        .extracting(ImageReference::getId)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, REFERENCES).mapToObj(String::valueOf).toList());
    assertThat(OUT)
        .allSatisfy(
            reference -> {
              long i = Long.parseLong(reference.getId());
              assertThat(reference.getAttributes()).containsExactly(Map.entry("made-by", madeBy));
              assertThat(reference.getContent()).isEqualTo(bytes("ABC"));
              assertThat(reference.getSubmittedAt()).isEqualTo(Instant.ofEpochMilli(i));
              assertThat(reference.getOrigin().getTopic()).isEqualTo("references");
              assertThat(reference.getOrigin().getOffset()).isEqualTo(i);
              assertThat(reference.getOrigin().getKey()).isEqualTo(bytes(reference.getId()));
            });
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Restores a savepoint and checks what comes out of it; fails where a reference is lost or less
   * than whole.
   *
   * @param args path of the savepoint; the field that the newer ImageReference has more
   */
  public static void main(String[] args) throws Exception {
    Schema.Field added = ImageReference.getClassSchema().getField(args[1]);
    if (added == null) {
      throw new IllegalStateException("the newer ImageReference is not first on the class path");
    }
    try (MiniCluster cluster = startCluster()) {
      JobGraph graph = define("newer release", false);
      graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(args[0], false));
      JobID job = cluster.submitJob(graph).get().getJobID();
      awaitOutcomes(cluster, job);
    }
    assertAllAreWhole("this release");
    assertThat(OUT).allSatisfy(reference -> assertThat(reference.get(added.pos())).isNull());
    System.exit(0); // whatever thread a library left
  }

  /** Answers with its input once the gate is open; whoever came before stays in flight. */
  private static final class Gated extends RichAsyncFunction<ImageReference, ImageReference> {

    private transient Set<Thread> waiting;

    @Override
    public void open(org.apache.flink.api.common.functions.OpenContext context) {
      waiting = ConcurrentHashMap.newKeySet();
    }

    @Override
    public void asyncInvoke(ImageReference reference, ResultFuture<ImageReference> result) {
      ENTERED.add(reference.getId());
      Thread thread =
          new Thread(
              () -> {
                try {
                  while (!gateOpen) {
                    Thread.sleep(5);
                  }
                  result.complete(List.of(reference));
                } catch (InterruptedException | java.util.concurrent.RejectedExecutionException e) {
                  // the task has ended
                }
              });
      thread.setDaemon(true);
      waiting.add(thread);
      thread.start();
    }

    @Override
    public void close() {
      waiting.forEach(Thread::interrupt);
    }
  }

  /** Keeps what comes out, and fails once where the test wants it to, after a checkpoint. */
  private static final class Collect extends RichMapFunction<ImageReference, ImageReference> {

    @Override
    public ImageReference map(ImageReference reference) {
      if (failOnce) {
        failOnce = false;
        throw new IllegalStateException("a failure that the test planted");
      }
      OUT.add(reference);
      return reference;
    }
  }
}
