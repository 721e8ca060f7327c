// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.OrtException;
import io.sightline.classify.Classifier.Scores;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a batch and hands out the scores of its rows. Where the batch fails, each row is run alone:
 * those that fail alone are rejected. Where all of them fail, the session itself is tried with
 * zeros, and where that fails too the session is broken. Thread-safe.
 */
public final class BatchScores {

  private BatchScores() {}

  /** Hears of each row of a batch, once. */
  public interface Rows {

    /** The batch was run as a whole, before any of its rows is heard of. */
    default void ran() {}

    /** The batch failed as a whole: each of its rows is run alone now. */
    default void failed(OrtException cause) {}

    /**
     * A row was run.
     *
     * @param scores C of them, not all finite perhaps, in an array that the next row overwrites
     */
    void scored(int row, float[] scores);

    /** A row failed alone. */
    void rejected(int row, RejectedException why);
  }

  /**
   * Runs the first {@code size} rows.
   *
   * @param rows as {@link Classifier#run} takes them
   * @param scores memory for them
   * @throws OrtException where the session is broken
   */
  public static void run(
      Classifier classifier, ByteBuffer rows, int size, Scores scores, Rows listener)
      throws OrtException {
    try {
      classifier.run(rows, size, scores);
    } catch (OrtException e) {
      listener.failed(e);
      runAlone(classifier, rows, size, scores, listener, e);
      return;
    }
    listener.ran();
    for (int i = 0; i < size; i++) {
      listener.scored(i, scores.of(i));
    }
  }

  private static void runAlone(
      Classifier classifier,
      ByteBuffer rows,
      int size,
      Scores scores,
      Rows listener,
      OrtException cause)
      throws OrtException {
    List<Integer> failed = new ArrayList<>();
    List<OrtException> causes = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      try {
        classifier.runAlone(rows, i, scores);
      } catch (OrtException e) {
        failed.add(i);
        causes.add(e);
        continue;
      }
      listener.scored(i, scores.of(0));
    }
    if (failed.size() == size) {
      try {
        classifier.warmUp(1);
      } catch (OrtException broken) {
        broken.addSuppressed(cause);
        throw broken;
      }
    }
    for (int i = 0; i < failed.size(); i++) {
      listener.rejected(
          failed.get(i),
          new RejectedException(
              Reason.INFERENCE_FAILED,
              "the session failed for this image alone: " + causes.get(i).getMessage()));
    }
  }
}
