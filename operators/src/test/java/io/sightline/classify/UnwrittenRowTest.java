// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ai.onnxruntime.OrtException;
import io.sightline.batch.Batch;
import io.sightline.batch.BatchWindow;
import io.sightline.classify.Classifier.Scores;
import io.sightline.config.ClassifySettings;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.ImageDecoder;
import io.sightline.decode.ReallocatedRowError;
import io.sightline.decode.RowFaults;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.decode.RowFormat.Layout;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.testing.GivenBytes;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.functions.async.CollectionSupplier;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows that were reserved and then not written, in batches of a real session. What such a row still
 * holds, an earlier image or none, must never be anybody's answer.
 *
 * <p>One worker fills a batch in the order of the images, so a test knows who has which row; with
 * several, rows are given up while others of the batch are still being written.
 */
@Timeout(60)
class UnwrittenRowTest {

  private static final int SIDE = 8;
  private static final int CLASSES = 6;
  private static final int MAX_SIZE = 4;

  /** Images of two batches, after which every row of both buffers holds one. */
  private static final int EARLIER = 2 * MAX_SIZE;

  private static final int SEVERAL_WORKERS = 3;
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final DecodeSettings DECODE = DecodeSettings.upTo(1_000_000);
  private static final ThreadLocal<ImageDecoder> WORKERS_DECODER = new ThreadLocal<>();

  @TempDir Path folder;

  private final InFlightImages inflight = new InFlightImages();
  private final Map<Integer, Outcome> outcomes = new ConcurrentHashMap<>();
  private final Map<Integer, Throwable> failed = new ConcurrentHashMap<>();
  private final Map<Integer, ByteBuffer> run = new ConcurrentHashMap<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  /** Of each buffer of the window, the memory of its rows. */
  private final List<List<ByteBuffer>> buffers = new ArrayList<>();

  private ModelDescriptor model;
  private Classifier classifier;
  private ClassifyWorkers workers;

  @AfterEach
  void close() {
    workers.close();
    classifier.close();
    assertThat(problems).isEmpty();
  }

  static Stream<Arguments> formats() {
    return Stream.of(Layout.values())
        .flatMap(layout -> Stream.of(ElementType.values()).map(type -> Arguments.of(layout, type)));
  }

  static Stream<Arguments> positions() {
    return formats()
        .flatMap(
            format -> IntStream.range(0, MAX_SIZE).mapToObj(position -> with(format, position)));
  }

  static Stream<Arguments> planes() {
    return positions()
        .flatMap(
            position ->
                IntStream.range(0, position.get()[0] == Layout.NCHW ? 3 : 1)
                    .mapToObj(plane -> with(position, plane)));
  }

  private static Arguments with(Arguments arguments, int more) {
    return Arguments.of(Stream.concat(Stream.of(arguments.get()), Stream.of(more)).toArray());
  }

  @ParameterizedTest
  @MethodSource("positions")
  void anImageThatOpenCvRefusesInItsRowIsOneRejectionAndNoNeighbourHasAnothersAnswer(
      Layout layout, ElementType type, int position) throws Exception {
    open(layout, type, 1, LONG, UnwrittenRowTest::noFault);
    int refused = EARLIER + position;
    // The next image takes the row, unless it was the last one: that batch is run without it.
    int images = EARLIER + MAX_SIZE + (position == MAX_SIZE - 1 ? 0 : 1);
    for (int i = 0; i < images; i++) {
      submit(i, i == refused ? RowFaults::refuseImage : UnwrittenRowTest::noFault);
    }
    await().until(() -> ended() == images);
    assertThat(failures).isEmpty();
    for (int i = 0; i < images; i++) {
      assertEnded(i, i == refused);
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void soItIsWhereSeveralWorkersFillABatch(Layout layout, ElementType type) throws Exception {
    open(layout, type, SEVERAL_WORKERS, SHORT, UnwrittenRowTest::noFault);
    int images = 200;
    for (int i = 0; i < images; i++) {
      submit(i, i % 5 == 2 ? RowFaults::refuseImage : UnwrittenRowTest::noFault);
    }
    await().until(() -> ended() == images);
    assertThat(failures).isEmpty();
    for (int i = 0; i < images; i++) {
      assertEnded(i, i % 5 == 2);
    }
  }

  @ParameterizedTest
  @MethodSource("planes")
  void aRowThatOpenCvReallocatedFailsTheTaskAndIsNobodysAnswer(
      Layout layout, ElementType type, int position, int plane) throws Exception {
    open(layout, type, 1, LONG, UnwrittenRowTest::noFault);
    int images = EARLIER + MAX_SIZE;
    for (int i = 0; i < images; i++) {
      submit(
          i,
          i == EARLIER
              ? decoder -> reallocate(decoder, position, plane)
              : UnwrittenRowTest::noFault);
    }
    await().until(() -> ended() == images);
    assertThat(failures).hasSize(1);
    assertThat(failures.get(0))
        .isInstanceOf(ReallocatedRowError.class)
        .hasMessageContaining("plane %d of the row was reallocated".formatted(plane));
    for (int i = 0; i < EARLIER; i++) {
      assertEnded(i, false);
    }
    for (int i = EARLIER; i < images; i++) {
      assertThat(outcomes).doesNotContainKey(i);
      assertThat(failed.get(i)).hasRootCause(failures.get(0));
      assertThat(run).doesNotContainKey(i);
    }
  }

  @ParameterizedTest
  @MethodSource("positions")
  void noRowThatOpenCvReallocatedIsAnAnswerWhereSeveralWorkersFillABatch(
      Layout layout, ElementType type, int position) throws Exception {
    int plane = layout == Layout.NCHW ? position % 3 : 0;
    int images = 40;
    open(layout, type, SEVERAL_WORKERS, LONG, decoder -> reallocate(decoder, position, plane));
    for (int i = 0; i < images; i++) {
      submit(i, UnwrittenRowTest::noFault);
    }
    await().until(() -> ended() == images);
    workers.close();
    assertThat(failures).isNotEmpty().hasOnlyElementsOfType(ReallocatedRowError.class);
    for (int i = 0; i < images; i++) {
      if (outcomes.containsKey(i)) {
        assertEnded(i, false);
      }
    }
  }

  /** Opens what a slot has, and lets each worker's decoder have a fault from the start. */
  private void open(
      Layout layout, ElementType type, int threads, Duration delay, Consumer<ImageDecoder> fault)
      throws Exception {
    OnnxGraphs graph = OnnxGraphs.classifier(CLASSES, SIDE, SIDE).input(type);
    model = Models.write(folder, layout == Layout.NHWC ? graph.channelsLast() : graph);
    assertThat(model.input().format().layout()).isEqualTo(layout);
    assertThat(model.input().format().type()).isEqualTo(type);
    classifier = Classifier.open(model, folder, Models.CPU, Set.of(), 0);
    Outcomes made =
        new Outcomes(
            model,
            Provider.CPU,
            new ClassifySettings(threads, 3, 0, false, 0, LONG, 0, ClassifySettings.Exchange.NEVER),
            InstantSource.system());
    BatchWindow<InFlight> window =
        new BatchWindow<>(MAX_SIZE, delay, threads + 1, model.input().rowBytes(), System::nanoTime);
    learnRows(window, threads + 1);
    workers =
        new ClassifyWorkers(
            ClassifyWorkers.threads("test"),
            threads,
            threads,
            window,
            () -> {
              ImageDecoder decoder = newDecoder();
              fault.accept(decoder);
              WORKERS_DECODER.set(decoder);
              return decoder;
            },
            new WatchedRunner(
                new SessionRunner(
                    classifier,
                    MAX_SIZE,
                    made,
                    new ClassifyMetrics(new UnregisteredMetricsGroup()),
                    System::nanoTime)),
            new ClassifyWorkers.Listener() {
              @Override
              public void decoded(InFlight image, long startedNanos, long nanos) {}

              @Override
              public void rejected(InFlight image, RejectedException why) {
                if (image.end()) {
                  image.complete(made.rejection(image, why));
                }
              }
            },
            cause -> {
              failures.add(cause);
              inflight.fail(cause);
            });
    workers.start();
  }

  /** Reserves every row once, and gives it up again. */
  private void learnRows(BatchWindow<InFlight> window, int count) {
    InFlight nobody = new InFlight(new ImageReference(), null);
    List<BatchWindow.Row<InFlight>> reserved = new ArrayList<>();
    for (int buffer = 0; buffer < count; buffer++) {
      List<ByteBuffer> rows = new ArrayList<>();
      for (int i = 0; i < MAX_SIZE; i++) {
        BatchWindow.Row<InFlight> row = window.reserve(nobody);
        reserved.add(row);
        rows.add(row.memory());
      }
      buffers.add(rows);
    }
    reserved.forEach(window::abandon);
  }

  private static void noFault(ImageDecoder decoder) {}

  private void reallocate(ImageDecoder decoder, int position, int plane) {
    buffers.forEach(rows -> RowFaults.reallocate(decoder, rows.get(position), plane));
  }

  private ImageDecoder newDecoder() {
    return new ImageDecoder(model.preprocessing(), model.input().format(), DECODE);
  }

  /** Hands an image to the workers; the fault strikes once it is decoded, before it has a row. */
  private void submit(int number, Consumer<ImageDecoder> fault) {
    ImageReference reference = new ImageReference();
    reference.setId(Integer.toString(number));
    InFlight image = inflight.add(reference, new Result(number));
    if (image != null) {
      image.fetched(new GivenBytes(image(number), () -> strike(fault)));
      workers.submit(image);
    }
  }

  /** On the worker's thread, which closes an image's bytes as soon as it is decoded. */
  private static void strike(Consumer<ImageDecoder> fault) {
    ImageDecoder decoder = WORKERS_DECODER.get();
    if (decoder != null) {
      fault.accept(decoder);
    }
  }

  private int ended() {
    return outcomes.size() + failed.size();
  }

  private void assertEnded(int number, boolean asRejection) throws Exception {
    Outcome outcome = outcomes.get(number);
    assertThat(outcome).as("outcome of image %d", number).isNotNull();
    if (asRejection) {
      Rejection rejection = outcome.rejection();
      assertThat(rejection).as("rejection of image %d", number).isNotNull();
      assertThat(rejection.getReason()).isEqualTo("corrupt-image");
      assertThat(run).doesNotContainKey(number);
      return;
    }
    ClassificationEvent event = outcome.event();
    assertThat(event).as("event of image %d", number).isNotNull();
    assertThat(event.getReferenceId()).isEqualTo(Integer.toString(number));
    ByteBuffer row = rowAlone(number);
    assertThat(run.get(number)).as("row of image %d", number).isEqualTo(row);
    TopK alone = answerAlone(row);
    assertThat(event.getClassIds()).as("image %d", number).isEqualTo(alone.classIds());
    for (int i = 0; i < 3; i++) {
      assertThat(event.getScores().get(i)).isCloseTo(alone.scores().get(i), within(1e-5f));
    }
  }

  private ByteBuffer rowAlone(int number) throws RejectedException {
    byte[] bytes = image(number);
    ByteBuffer row = directRow();
    try (ImageDecoder decoder = newDecoder()) {
      decoder.decode(bytes, 0, bytes.length);
      decoder.writeTo(row);
    }
    return row;
  }

  private TopK answerAlone(ByteBuffer row) throws OrtException {
    Scores scores = classifier.newScores(1);
    classifier.run(row, 1, scores);
    return TopK.of(scores.of(0), 3, 0);
  }

  private ByteBuffer directRow() {
    return ByteBuffer.allocateDirect(model.input().rowBytes()).order(ByteOrder.nativeOrder());
  }

  /** An image of a colour of its own, which is to be resized. */
  private static byte[] image(int number) {
    return TestImages.solid(".png", 12, 10, 10 + number % 16 * 15, 10 + number / 16 * 15, 60);
  }

  /** Keeps what the session sees. */
  private final class WatchedRunner implements ClassifyWorkers.BatchRunner {

    private final SessionRunner session;

    WatchedRunner(SessionRunner session) {
      this.session = session;
    }

    @Override
    public void run(Batch<InFlight> batch, Scores scores) throws Exception {
      int rowBytes = model.input().rowBytes();
      for (int i = 0; i < batch.size(); i++) {
        int number = Integer.parseInt(batch.item(i).reference().getId());
        ByteBuffer row = directRow().put(0, batch.memory(), i * rowBytes, rowBytes);
        if (run.put(number, row) != null) {
          problems.add("image %d was run twice".formatted(number));
        }
      }
      session.run(batch, scores);
    }

    @Override
    public Scores newScores() {
      return session.newScores();
    }
  }

  private final class Result implements ResultFuture<Outcome> {

    private final int number;

    Result(int number) {
      this.number = number;
    }

    @Override
    public void complete(Collection<Outcome> result) {
      for (Outcome outcome : result) {
        if (outcomes.put(number, outcome) != null) {
          problems.add("image %d ended twice".formatted(number));
        }
      }
    }

    @Override
    public void complete(CollectionSupplier<Outcome> supplier) {
      try {
        complete(supplier.get());
      } catch (Exception e) {
        completeExceptionally(e);
      }
    }

    @Override
    public void completeExceptionally(Throwable error) {
      failed.put(number, error);
    }
  }
}
