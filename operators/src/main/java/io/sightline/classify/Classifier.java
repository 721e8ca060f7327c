// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import io.sightline.config.DeviceSettings;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.model.ImageInput;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.model.ScoreOutput;
import io.sightline.model.ScoreOutput.Activation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of one ONNX Runtime session: runs batches of rows, and is closed when nothing runs any
 * more. Thread-safe: several threads may run batches at once, each with {@link Scores} of its own.
 *
 * <p>On CPU a run takes one thread (intra-op 1, no spinning), since parallelism comes from workers
 * and slots; the memory arena is on and all graph optimisations are.
 */
public final class Classifier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Classifier.class);

  private static final AtomicInteger OPEN_SESSIONS = new AtomicInteger();

  private final ModelDescriptor model;
  private final Provider provider;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int outputRank;
  private final int rowBytes;
  private final Object lifecycle = new Object();
  private @Nullable ModelMemory memory;
  private int running;
  private boolean closed;

  private Classifier(
      ModelDescriptor model, Provider provider, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.model = model;
    this.provider = provider;
    this.environment = environment;
    this.session = session;
    this.rowBytes = model.input().rowBytes();
    NodeInfo output = session.getOutputInfo().get(model.output().name());
    if (output == null || !(output.getInfo() instanceof TensorInfo tensor)) {
      throw new IllegalArgumentException(
          "the graph has no tensor output named " + model.output().name());
    }
    this.outputRank = tensor.getShape().length;
    OPEN_SESSIONS.incrementAndGet();
  }

  /**
   * Opens a session on the device that is asked for.
   *
   * @param folder the model's folder on the local disk
   * @param gpus ordinals of the TaskManager's GPUs; empty where it has none
   * @param slot index of the slot, by which slots are spread over the GPUs
   * @throws OrtException where the graph or the device does not load, in ONNX Runtime's own words
   */
  public static Classifier open(
      ModelDescriptor model, Path folder, DeviceSettings device, Set<Integer> gpus, int slot)
      throws OrtException {
    return open(model, folder, device, gpus, slot, null);
  }

  /**
   * Opens a session as {@link #open} does, {@link #warmUp warms it up}, and measures what it takes.
   *
   * @param maxSize the largest batch that will be run
   * @throws OrtException where the graph or the device does not load, or can't be run
   */
  public static Classifier openWarm(
      ModelDescriptor model,
      Path folder,
      DeviceSettings device,
      Set<Integer> gpus,
      int slot,
      int maxSize)
      throws OrtException {
    try (RunProfile profile = newProfile()) {
      Classifier classifier = open(model, folder, device, gpus, slot, profile);
      boolean warm = false;
      try {
        classifier.warmUp(maxSize);
        if (profile != null && classifier.provider == Provider.CPU) {
          classifier.memory = classifier.measured(profile, folder);
        }
        NativeHeap.trim();
        warm = true;
        return classifier;
      } finally {
        if (!warm) { // for want of direct memory, too, which is an Error
          classifier.close();
        }
      }
    }
  }

  private static @Nullable RunProfile newProfile() {
    try {
      return RunProfile.create();
    } catch (IOException e) {
      unknown(e);
      return null;
    }
  }

  private @Nullable ModelMemory measured(RunProfile profile, Path folder) throws OrtException {
    try {
      ModelMemory run = profile.end(session);
      // Constants that the graph computes are in no file, and weights that ONNX Runtime has packed
      // for the machine are no longer at their nodes: each count may lack what the other has.
      long stored = ModelFolder.graphBytes(folder, model.graphFile());
      return new ModelMemory(
          Math.max(run.weightBytes(), stored), run.runBytes(), run.widestBytes());
    } catch (IOException e) {
      unknown(e);
      return null;
    }
  }

  private static void unknown(IOException e) {
    LOG.info("What the model takes outside the heap can't be measured: {}", e.toString());
  }

  private static Classifier open(
      ModelDescriptor model,
      Path folder,
      DeviceSettings device,
      Set<Integer> gpus,
      int slot,
      @Nullable RunProfile profile)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    String graph = folder.resolve(model.graphFile()).toString();
    return Provider.openSession(
        device,
        gpus,
        slot,
        (options, provider) -> {
          if (profile != null && provider == Provider.CPU) {
            profile.begin(options);
          }
          OrtSession session = environment.createSession(graph, options);
          try {
            return new Classifier(model, provider, environment, session);
          } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
          }
        });
  }

  /** Sessions of this process that are open. */
  static int openSessions() {
    return OPEN_SESSIONS.get();
  }

  /** The provider that the session was opened on. */
  public Provider provider() {
    return provider;
  }

  /**
   * What the model takes outside the heap. Known of a session that was opened {@link #openWarm
   * warm}, on CPU, where there is room for a temporary file.
   */
  public Optional<ModelMemory> memory() {
    return Optional.ofNullable(memory);
  }

  /** Memory for the scores of a batch, to be used by one thread at a time. */
  public Scores newScores(int maxSize) {
    int rows = model.input().fixedBatch() > 0 ? model.input().fixedBatch() : maxSize;
    return new Scores(rows, model.classes(), model.output());
  }

  /**
   * Runs the first {@code size} rows of a batch.
   *
   * @param rows a direct buffer in native order, {@code [size or more, row]} with rows of the
   *     input's {@link ImageInput#format format}; with a fixed batch dimension it has that many
   *     rows, and those beyond {@code size} are padding
   * @param scores receives {@code [size, C]}
   * @throws OrtException where the run failed; the session can be used again
   */
  public void run(ByteBuffer rows, int size, Scores scores) throws OrtException {
    enter();
    try {
      int batch = model.input().fixedBatch() > 0 ? model.input().fixedBatch() : size;
      try (OnnxTensor in = images(rows, batch);
          OnnxTensor out = scores.first(batch, environment, outputShape(batch));
          OrtSession.Result ignored =
              session.run(
                  Map.of(model.input().name(), in),
                  Set.of(),
                  Map.of(model.output().name(), out),
                  null)) {
        // The scores were written into the memory that out wraps.
      }
    } finally {
      leave();
    }
  }

  /** A tensor over the first rows: their memory itself, no copy. */
  private OnnxTensor images(ByteBuffer rows, int batch) throws OrtException {
    ByteBuffer bytes = rows.slice(0, batch * rowBytes).order(ByteOrder.nativeOrder());
    long[] shape = model.input().shape(batch);
    return switch (model.input().format().type()) {
      case FLOAT32 -> OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
      case FLOAT16 ->
          OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, OnnxJavaType.FLOAT16);
      case UINT8 -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.UINT8);
    };
  }

  /**
   * Runs one row of a batch by itself.
   *
   * @param scores receives its scores as those of row 0
   * @throws OrtException where the run failed; the session can be used again
   */
  void runAlone(ByteBuffer rows, int index, Scores scores) throws OrtException {
    ByteBuffer row = rows.slice(index * rowBytes, rowBytes);
    if (model.input().fixedBatch() > 1) {
      row = ByteBuffer.allocateDirect(model.input().fixedBatch() * rowBytes).put(row);
    }
    run(row, 1, scores);
  }

  /**
   * Runs batches of zeros, so that the first image does not pay for the arena.
   *
   * @param maxSize the largest batch that will be run
   * @throws OrtException where the session can't run, or its output is not what the model says
   */
  public void warmUp(int maxSize) throws OrtException {
    Scores scores = newScores(maxSize);
    int rows = model.input().fixedBatch() > 0 ? model.input().fixedBatch() : maxSize;
    ByteBuffer zeros = ByteBuffer.allocateDirect(rows * rowBytes).order(ByteOrder.nativeOrder());
    run(zeros, 1, scores);
    run(zeros, Math.min(rows, maxSize), scores);
  }

  private long[] outputShape(int batch) {
    return outputRank == 4
        ? new long[] {batch, model.classes(), 1, 1}
        : new long[] {batch, model.classes()};
  }

  private void enter() {
    synchronized (lifecycle) {
      if (closed) {
        throw new IllegalStateException("the session is closed");
      }
      running++;
    }
  }

  private void leave() {
    synchronized (lifecycle) {
      running--;
      lifecycle.notifyAll();
    }
  }

  /**
   * Waits for batches that are running, which can't be interrupted, and closes the session. Closing
   * twice has no effect.
   */
  @Override
  public void close() {
    boolean interrupted = false;
    synchronized (lifecycle) {
      if (closed) {
        return;
      }
      closed = true;
      while (running > 0) {
        try {
          lifecycle.wait();
        } catch (InterruptedException e) {
          interrupted = true; // native memory must not go while a run uses it
        }
      }
    }
    try {
      session.close();
      OPEN_SESSIONS.decrementAndGet();
      NativeHeap.trim();
    } catch (OrtException e) {
      throw new IllegalStateException("the session could not be closed", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Scores of one batch: direct memory that a run writes into. Not thread-safe. */
  public static final class Scores {

    private final ByteBuffer memory;
    private final FloatBuffer floats;
    private final ElementType type;
    private final Activation activation;
    private final int classes;
    private final float[] row;
    private final double[] scratch;

    private Scores(int rows, int classes, ScoreOutput output) {
      this.type = output.type();
      this.activation = output.activation();
      this.classes = classes;
      this.memory =
          ByteBuffer.allocateDirect(rows * classes * type.bytes()).order(ByteOrder.nativeOrder());
      this.floats = memory.asFloatBuffer();
      this.row = new float[classes];
      this.scratch = new double[activation == Activation.SOFTMAX ? classes : 0];
    }

    /**
     * The scores of one row, C of them, in an array that the next call overwrites. They are
     * computed from the graph's answers at each call.
     */
    public float[] of(int index) {
      int start = index * classes;
      if (type == ElementType.FLOAT16) {
        for (int i = 0; i < classes; i++) {
          row[i] = Fp16Conversions.fp16ToFloat(memory.getShort((start + i) * Short.BYTES));
        }
      } else {
        floats.get(start, row);
      }
      switch (activation) {
        case NONE -> {}
        case SOFTMAX -> Activations.softmax(row, scratch);
        case SIGMOID -> Activations.sigmoid(row);
      }
      return row;
    }

    /** A tensor over the memory of the first rows. */
    private OnnxTensor first(int rows, OrtEnvironment environment, long[] shape)
        throws OrtException {
      ByteBuffer bytes =
          memory.slice(0, rows * classes * type.bytes()).order(ByteOrder.nativeOrder());
      return type == ElementType.FLOAT16
          ? OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, OnnxJavaType.FLOAT16)
          : OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
    }
  }
}
