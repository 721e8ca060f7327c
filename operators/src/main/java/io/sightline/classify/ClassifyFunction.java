// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.batch.BatchWindow;
import io.sightline.config.BatchSettings;
import io.sightline.config.ClassifySettings;
import io.sightline.config.DecodeSettings;
import io.sightline.config.DeviceSettings;
import io.sightline.config.FetchSettings;
import io.sightline.decode.ImageDecoder;
import io.sightline.fetch.ImageBytes;
import io.sightline.fetch.ImageStore;
import io.sightline.fetch.ImageStores;
import io.sightline.fetch.LocalFolder;
import io.sightline.fetch.UnavailableException;
import io.sightline.metrics.MetricNames;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Retry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classifier of image references: one ONNX Runtime session per task slot, fed by the slot's
 * workers. Every reference ends as exactly one {@link Outcome}, an event or a rejection.
 *
 * <p>{@link #asyncInvoke} never blocks: what may wait (a fetch, a free batch) waits elsewhere, and
 * the capacity of the async wait operator is the bound. References in flight, those of an open
 * batch included, are in that operator's state and come again after a failure.
 *
 * <p>A reference's {@code id} must be set. A broken image is a rejection; a broken session, model
 * or machine fails the task.
 */
public final class ClassifyFunction extends RichAsyncFunction<ImageReference, Outcome>
    implements CheckpointedFunction {

  private static final Logger LOG = LoggerFactory.getLogger(ClassifyFunction.class);

  /** Workers of a slot where only its TaskManager will know them. */
  private static final int ASSUMED_WORKERS = 16;

  private final ModelDescriptor model;
  private final FetchSettings fetch;
  private final DecodeSettings decode;
  private final BatchSettings batch;
  private final ClassifySettings settings;
  private final DeviceSettings device;

  private transient Configuration taskManager = new Configuration();
  private transient @Nullable Slot slot;
  private transient List<String> restoredHosts = List.of();
  private transient @Nullable ListState<String> knownHosts;

  public ClassifyFunction(
      ModelDescriptor model,
      FetchSettings fetch,
      DecodeSettings decode,
      BatchSettings batch,
      ClassifySettings settings,
      DeviceSettings device) {
    this.model = model;
    this.fetch = fetch;
    this.decode = decode;
    this.batch = batch;
    this.settings = settings;
    this.device = device;
  }

  /**
   * References in flight that the async wait operator should allow: {@code classify.capacity}, or
   * else enough that each of its workers, as many as there may be, finds a batch's worth.
   */
  public int capacity() {
    if (settings.capacity() > 0) {
      return settings.capacity();
    }
    int workers = settings.workers() > 0 ? settings.workers() : ASSUMED_WORKERS;
    return SlotPlan.maxSize(model, batch) * (workers + 3);
  }

  @Override
  public void setRuntimeContext(RuntimeContext context) {
    super.setRuntimeContext(context);
    // The context that an async function sees has no way to ask for this.
    taskManager =
        context instanceof StreamingRuntimeContext streaming
            ? streaming.getTaskManagerRuntimeInfo().getConfiguration()
            : new Configuration();
  }

  @Override
  public void open(OpenContext context) throws Exception {
    slot = new Slot();
    slot.open();
  }

  /** Restores which hosts have delivered an image before, to any slot; {@link #open} follows. */
  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    ListState<String> state =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("known-hosts", Types.STRING));
    List<String> restored = new ArrayList<>();
    state.get().forEach(restored::add);
    restoredHosts = restored;
    knownHosts = state;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    Objects.requireNonNull(knownHosts, "not initialized").update(openSlot().knownHosts());
  }

  @Override
  public void asyncInvoke(ImageReference reference, ResultFuture<Outcome> result) {
    openSlot().accept(reference, result);
  }

  @Override
  public void timeout(ImageReference reference, ResultFuture<Outcome> result) {
    openSlot().timeOut(result);
  }

  @Override
  public void close() {
    Slot open = slot;
    slot = null;
    if (open != null) {
      open.close();
    }
  }

  private Slot openSlot() {
    return Objects.requireNonNull(slot, "not open");
  }

  /** Everything that lives from open to close, so that a half-failed open can be closed too. */
  private final class Slot implements ClassifyWorkers.Listener {

    private final InFlightImages inflight = new InFlightImages();
    private @Nullable LocalFolder folder;
    private @Nullable Classifier classifier;
    private @Nullable ImageStore store;
    private @Nullable ClassifyWorkers workers;
    private @Nullable Outcomes outcomes;
    private @Nullable Retries retries;
    private @Nullable ClassifyMetrics metrics;

    void open() throws Exception {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      LocalFolder folder = LocalFolder.acquire(model.dir(), model.fingerprint());
      this.folder = folder;
      ModelFolder.verify(folder.path(), model);

      NativeLibraries.load(); // seconds on a busy machine: no image may wait for it
      long started = System.nanoTime();
      int maxSize = SlotPlan.maxSize(model, batch);
      Classifier classifier =
          Classifier.openWarm(
              model, folder.path(), device, Gpus.of(device, getRuntimeContext()), subtask, maxSize);
      this.classifier = classifier;
      long initMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);

      Provider provider = classifier.provider();
      ClassifyMetrics metrics =
          new ClassifyMetrics(
              getRuntimeContext()
                  .getMetricGroup()
                  .addGroup(MetricNames.MODEL, model.name())
                  .addGroup(MetricNames.PROVIDER, provider.label()));
      this.metrics = metrics;
      Outcomes outcomes = new Outcomes(model, provider, settings, InstantSource.system());
      this.outcomes = outcomes;
      this.retries = new Retries(fetch.outage(), InstantSource.system());
      ImageStore store = ImageStores.open(fetch, restoredHosts);
      this.store = store;

      int slots = taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS);
      SlotPlan plan = SlotPlan.of(model, batch, settings, device, provider, slots);
      int count = plan.workers();
      if (capacity() < maxSize * (count + 1)) {
        LOG.warn(
            "classify.capacity ({}) is less than batches of {} for {} workers need ({}): workers"
                + " will idle",
            capacity(),
            maxSize,
            count,
            maxSize * (count + 1));
      }
      OffHeap.require(plan.batchBytes(), count);
      classifier
          .memory()
          .ifPresent(memory -> OffHeap.state(OffHeapNeed.of(plan, memory, slots), taskManager));
      BatchWindow<InFlight> window =
          new BatchWindow<>(
              maxSize,
              batch.maxDelay(),
              plan.buffers(),
              model.input().rowBytes(),
              System::nanoTime);
      ClassifyWorkers workers =
          new ClassifyWorkers(
              ClassifyWorkers.threads("sightline-classify-" + subtask),
              count,
              plan.concurrentRuns(),
              window,
              () -> new ImageDecoder(model.preprocessing(), model.input().format(), decode),
              new SessionRunner(classifier, maxSize, outcomes, metrics, System::nanoTime),
              this,
              this::fail);
      this.workers = workers;
      workers.start();

      metrics.gauge(MetricNames.SESSION_INIT_MS, () -> initMillis);
      metrics.gauge(MetricNames.INFLIGHT_BATCHES, window::inflight);
      metrics.gauge(MetricNames.BYTES_FETCHED, store::bytesFetched);
      metrics.gauge(MetricNames.INFLIGHT_BYTES, store::inflightBytes);
      metrics.gauge(MetricNames.NUM_FETCH_RETRIES, store::retries);
      metrics.gauge(MetricNames.FETCHES_WAITING, store::waiting);
      metrics.gauge(MetricNames.WORKER_BUSY_RATIO, workers.busyRatio());
      LOG.info(
          "Model {} ({}) is open on {} in {} ms: {} workers, batches of {}, {} references at most",
          model.name(),
          model.fingerprint(),
          provider.label(),
          initMillis,
          count,
          maxSize,
          capacity());
    }

    List<String> knownHosts() {
      return required(store).knownHosts();
    }

    void accept(ImageReference reference, ResultFuture<Outcome> result) {
      Throwable broken = inflight.failure();
      if (broken != null) {
        throw new IllegalStateException("the classify operator has failed", broken);
      }
      InFlight image = inflight.add(reference, result);
      if (image == null) {
        return;
      }
      CompletableFuture<ImageBytes> fetching = required(store).fetch(reference);
      image.fetching(fetching);
      var unused =
          fetching.whenComplete(
              (bytes, error) -> {
                try {
                  fetched(image, bytes, error);
                } catch (Throwable t) { // the future would keep it, and the image never end
                  fail(t);
                }
              });
    }

    private void fetched(InFlight image, @Nullable ImageBytes bytes, @Nullable Throwable error) {
      if (bytes != null) {
        required(metrics).fetched(System.nanoTime() - image.enteredNanos());
        image.fetched(bytes);
        required(workers).submit(image);
        return;
      }
      Throwable cause =
          error instanceof CompletionException && error.getCause() != null
              ? error.getCause()
              : error;
      if (cause instanceof UnavailableException outage) {
        unavailable(image, outage);
      } else if (cause instanceof RejectedException rejected) {
        rejected(image, rejected);
      } else if (!(cause instanceof CancellationException)) {
        fail(Objects.requireNonNull(cause));
      }
    }

    void timeOut(ResultFuture<Outcome> result) {
      InFlight image = inflight.find(result);
      if (image == null || image.isEnded()) {
        return; // its outcome is on the way
      }
      UnavailableException outage =
          image.isFetched() ? null : required(store).outage(image.reference());
      if (outage != null) { // it waited behind others for the same host
        unavailable(image, outage);
      } else {
        rejected(
            image,
            new RejectedException(
                Reason.CLASSIFY_TIMEOUT,
                "no outcome within classify.timeout (" + settings.timeout().toSeconds() + " s)"));
      }
      image.cancelFetch();
    }

    private void unavailable(InFlight image, UnavailableException outage) {
      switch (fetch.outage().onUnavailable()) {
        case FAIL -> {
          if (!image.isEnded()) {
            fail(StoreDownException.of(outage));
          }
        }
        case RETRY -> retry(image, outage);
        case REJECT -> rejected(image, outage);
      }
    }

    private void retry(InFlight image, UnavailableException outage) {
      Retry retry = required(retries).next(image.reference(), outage);
      if (retry == null) {
        rejected(image, outage);
      } else if (image.end()) {
        required(metrics).sentToRetry();
        image.complete(Outcome.of(retry));
      }
    }

    @Override
    public void decoded(InFlight image, long startedNanos, long nanos) {
      required(metrics).decoded(startedNanos - image.fetchedNanos(), nanos);
    }

    @Override
    public void rejected(InFlight image, RejectedException why) {
      Outcome rejection = required(outcomes).rejection(image, why);
      if (image.end()) {
        required(metrics).rejected(why.reason());
        image.complete(rejection);
      }
    }

    private void fail(Throwable cause) {
      inflight.fail(cause); // before all else: where memory is short, to log may fail too
      if (cause instanceof StoreDownException) {
        LOG.warn("The task fails, and tries again once it is restarted: {}", cause.getMessage());
      } else {
        LOG.error("The classify operator is broken", cause);
      }
    }

    void close() {
      // Fetches first, so that nothing new reaches the workers; the session last, so that no run
      // loses its memory.
      Resources.closeAll(store, workers, classifier, folder);
      inflight.clear();
    }

    private static <T> T required(@Nullable T resource) {
      return Objects.requireNonNull(resource, "not open");
    }
  }
}
