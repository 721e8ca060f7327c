// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.classify.Classifier;
import io.sightline.model.ModelDescriptor;
import java.lang.ref.Cleaner;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.opencv.core.Mat;

/**
 * A loaded model that predicts images: one after the other by {@link #predict}, or many at once by
 * {@link #predictAll}. Thread-safe; several threads may use one.
 *
 * <p>Close it: its session takes native memory. {@link #close} waits for what is being predicted;
 * what is asked of it later ends with an {@link IllegalStateException}.
 */
public final class ImageClassifier implements AutoCloseable {

  private static final int IDLE_MILLIS = 200;
  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final ModelDescriptor model;
  private final int workers;
  private final boolean keepUnpacked;
  private final FrameSources sources;
  private final Predictor predictor;
  private final ThreadPoolExecutor threads;

  /** Streams that may still be pulled; weak, since one may be dropped half-way. */
  private final Set<PredictionRun> runs = Collections.newSetFromMap(new WeakHashMap<>());

  private boolean closed;

  /**
   * @param classifier of the model, which this closes
   */
  ImageClassifier(ModelDescriptor model, Classifier classifier, PredictSettings settings) {
    this.model = model;
    this.workers =
        settings.workers() > 0 ? settings.workers() : Runtime.getRuntime().availableProcessors();
    this.keepUnpacked = settings.keepUnpacked();
    this.sources = new FrameSources(settings);
    this.predictor = new Predictor(model, classifier, settings, workers);
    String name = "sightline-predict-" + NUMBER.getAndIncrement();
    AtomicInteger thread = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_MILLIS,
            TimeUnit.MILLISECONDS,
            new SynchronousQueue<>(),
            work -> {
              Thread worker = new Thread(work, name + "-" + thread.getAndIncrement());
              worker.setDaemon(true);
              return worker;
            });
  }

  /** The model. */
  public ModelDescriptor model() {
    return model;
  }

  /**
   * Predicts an image file.
   *
   * @see #predict(Input)
   */
  public Prediction predict(Path file) {
    return predict(Input.of(file));
  }

  /**
   * Predicts the image at a URI.
   *
   * @see #predict(Input)
   */
  public Prediction predict(URI uri) {
    return predict(Input.of(uri));
  }

  /**
   * Predicts an encoded image.
   *
   * @see #predict(Input)
   */
  public Prediction predict(byte[] encoded) {
    return predict(Input.of(encoded));
  }

  /**
   * Predicts an image in OpenCV's memory: {@code CV_8UC3}, blue, green, red.
   *
   * @see #predict(Input)
   */
  public Prediction predict(Mat image) {
    return predict(Input.of(image));
  }

  /**
   * Predicts pixels.
   *
   * @see #predict(Input)
   */
  public Prediction predict(BgrImage image) {
    return predict(Input.of(image));
  }

  /**
   * Predicts one image on the calling thread.
   *
   * @return a prediction that is not rejected
   * @throws ImageRejectedException where it is no image that can be predicted
   * @throws IllegalArgumentException where the input may hold several images, which {@link
   *     #predictAll} takes
   * @throws IllegalStateException where this is closed, or the session is broken
   */
  public Prediction predict(Input input) {
    Frame frame = sources.single(input);
    Prediction prediction;
    try {
      prediction = predictor.predict(List.of(frame), predictor.newContext()).get(0);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the session is broken: " + e.getMessage(), e);
    }
    prediction
        .rejection()
        .ifPresent(
            why -> {
              throw new ImageRejectedException(frame.inputPath(), why);
            });
    return prediction;
  }

  /**
   * Predicts all images of the inputs.
   *
   * @see #predictAll(Iterable)
   */
  public Stream<Prediction> predictAll(Input... inputs) {
    return predictAll(Arrays.asList(inputs.clone()));
  }

  /**
   * Predicts all images of the inputs: lazily, on {@link PredictSettings#workers} threads, and in
   * the order of the inputs. Nothing is read before the stream is pulled; then a bounded number of
   * images is ahead of it. A bad image is a prediction with a {@link Prediction#rejection}.
   *
   * <p>A stream that is not pulled to its end should be closed; one that is merely dropped holds no
   * thread, and its files are closed when it is collected. Where it can't go on, because the
   * session is broken, the inputs throw, or this is closed, the stream throws an {@link
   * IllegalStateException} with the cause.
   *
   * @param inputs are iterated by the stream's threads, by one at a time
   * @throws IllegalStateException where this is closed
   */
  public Stream<Prediction> predictAll(Iterable<Input> inputs) {
    PredictionContext context = predictor.newContext();
    PredictionRun run =
        new PredictionRun(
            frames -> predictor.predict(frames, context),
            predictor.batchSize(),
            sources.open(inputs),
            threads,
            workers,
            keepUnpacked);
    synchronized (runs) {
      if (closed) {
        throw closedException();
      }
      runs.add(run);
    }
    PredictionSpliterator predictions = new PredictionSpliterator(run);
    CLEANER.register(predictions, run::close);
    return StreamSupport.stream(predictions, false).onClose(run::close);
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("the classifier is closed");
  }

  /**
   * Waits for what is being predicted, and gives the model's memory back. Streams that are not at
   * their end throw when they are pulled again. Closing twice has no effect.
   */
  @Override
  public void close() {
    List<PredictionRun> open;
    synchronized (runs) {
      closed = true;
      open = List.copyOf(runs);
      runs.clear();
    }
    open.forEach(run -> run.fail(closedException()));
    sources.close(); // what is being fetched ends
    predictor.close();
    threads.shutdown();
  }
}
