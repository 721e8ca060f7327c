// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.classify.BatchScores;
import io.sightline.classify.Classifier;
import io.sightline.classify.Provider;
import io.sightline.classify.TopK;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Predicts batches on the threads of its callers, each with a {@link Workspace} that it keeps for
 * the next. Thread-safe.
 */
final class Predictor implements AutoCloseable {

  private final ModelDescriptor model;
  private final Classifier classifier;
  private final PredictSettings settings;
  private final int batchSize;
  private final int keep;

  /** Runs that a GPU takes at once; none where there is no GPU. */
  private final @Nullable Semaphore runs;

  private final Object lock = new Object();
  private final ArrayDeque<Workspace> idle = new ArrayDeque<>();
  private int inUse;
  private boolean closed;

  /**
   * @param classifier of the model, which this closes
   * @param keep workspaces that are kept for the next callers
   */
  Predictor(ModelDescriptor model, Classifier classifier, PredictSettings settings, int keep) {
    this.model = model;
    this.classifier = classifier;
    this.settings = settings;
    this.batchSize = batchSize(model, settings);
    this.keep = keep;
    this.runs =
        classifier.provider() == Provider.CPU
            ? null
            : new Semaphore(settings.device().concurrentRuns());
  }

  /** Images that are run at once: what the graph fixes, or the settings say. */
  static int batchSize(ModelDescriptor model, PredictSettings settings) {
    return model.input().fixedBatch() > 0 ? model.input().fixedBatch() : settings.batchSize();
  }

  int batchSize() {
    return batchSize;
  }

  /** What the predictions of one more stream, or of one image, have in common. */
  PredictionContext newContext() {
    return new PredictionContext(settings.decode(), model.preprocessing(), new ResultNames());
  }

  /**
   * Predicts images.
   *
   * @param frames at most {@link #batchSize} of them
   * @param context of the stream that they are of
   * @return one prediction a frame, in their order
   * @throws IllegalStateException where this is closed
   * @throws Exception where the session is broken
   */
  List<Prediction> predict(List<Frame> frames, PredictionContext context) throws Exception {
    Workspace workspace = acquire();
    boolean usable = false;
    try {
      List<Prediction> predictions = predict(frames, context, workspace);
      usable = true;
      return predictions;
    } finally {
      release(workspace, usable);
    }
  }

  private List<Prediction> predict(
      List<Frame> frames, PredictionContext context, Workspace workspace) throws Exception {
    Prediction[] predictions = new Prediction[frames.size()];
    int[] frameOfRow = new int[frames.size()];
    int size = 0;
    for (int i = 0; i < predictions.length; i++) {
      try {
        workspace.write(frames.get(i).content(), size);
        frameOfRow[size++] = i;
      } catch (RejectedException e) {
        predictions[i] = Prediction.rejected(frames.get(i), context, e);
      }
    }
    if (size > 0) {
      run(
          workspace,
          size,
          new BatchScores.Rows() {
            @Override
            public void scored(int row, float[] scores) {
              int frame = frameOfRow[row];
              predictions[frame] = prediction(frames.get(frame), context, scores);
            }

            @Override
            public void rejected(int row, RejectedException why) {
              int frame = frameOfRow[row];
              predictions[frame] = Prediction.rejected(frames.get(frame), context, why);
            }
          });
    }
    return Arrays.asList(predictions);
  }

  private void run(Workspace workspace, int size, BatchScores.Rows rows) throws Exception {
    if (runs != null) {
      runs.acquireUninterruptibly();
    }
    try {
      BatchScores.run(classifier, workspace.memory(), size, workspace.scores(), rows);
    } finally {
      if (runs != null) {
        runs.release();
      }
    }
  }

  private Prediction prediction(Frame frame, PredictionContext context, float[] scores) {
    if (!TopK.allFinite(scores)) {
      return Prediction.rejected(
          frame,
          context,
          new RejectedException(
              Reason.NON_FINITE_SCORES, "the model answered with NaN or infinity for this image"));
    }
    TopK best = TopK.of(scores, settings.topK(), settings.minScore());
    List<String> names = new ArrayList<>(best.classIds().size());
    for (int id : best.classIds()) {
      names.add(model.tags().get(id));
    }
    return Prediction.of(frame, context, best, names);
  }

  private Workspace acquire() {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the classifier is closed");
      }
      inUse++;
      Workspace workspace = idle.poll();
      if (workspace != null) {
        return workspace;
      }
    }
    boolean made = false;
    try {
      Workspace workspace = new Workspace(model, settings.decode(), classifier, batchSize);
      made = true;
      return workspace;
    } finally {
      if (!made) {
        leave();
      }
    }
  }

  /** Keeps a workspace for the next, unless its last use failed. */
  private void release(Workspace workspace, boolean usable) {
    boolean kept = false;
    synchronized (lock) {
      if (usable && !closed && idle.size() < keep) {
        idle.push(workspace); // the one that caches still hold comes first
        kept = true;
      }
    }
    try {
      if (!kept) {
        workspace.close();
      }
    } finally {
      leave();
    }
  }

  private void leave() {
    synchronized (lock) {
      inUse--;
      lock.notifyAll();
    }
  }

  /** Waits for what is being predicted, and closes the session. Closing twice has no effect. */
  @Override
  public void close() {
    boolean interrupted = false;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      while (inUse > 0) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          interrupted = true; // a session can't be interrupted
        }
      }
    }
    idle.forEach(Workspace::close);
    idle.clear();
    classifier.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
