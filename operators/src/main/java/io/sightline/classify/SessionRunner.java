// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.OrtException;
import io.sightline.batch.Batch;
import io.sightline.classify.Classifier.Scores;
import io.sightline.reference.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Runs batches in a session and ends each of their images. A broken session breaks its task.
 * Thread-safe.
 */
final class SessionRunner implements ClassifyWorkers.BatchRunner {

  private final Classifier classifier;
  private final int maxSize;
  private final Outcomes outcomes;
  private final ClassifyMetrics metrics;
  private final LongSupplier nanoClock;

  SessionRunner(
      Classifier classifier,
      int maxSize,
      Outcomes outcomes,
      ClassifyMetrics metrics,
      LongSupplier nanoClock) {
    this.classifier = classifier;
    this.maxSize = maxSize;
    this.outcomes = outcomes;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  @Override
  public Scores newScores() {
    return classifier.newScores(maxSize);
  }

  @Override
  public void run(Batch<InFlight> batch, Scores scores) throws OrtException {
    EndedImages ended = new EndedImages(batch.size());
    try {
      run(batch, scores, ended);
    } finally {
      ended.complete(); // also where the session breaks for the rest of them
    }
  }

  private void run(Batch<InFlight> batch, Scores scores, EndedImages ended) throws OrtException {
    long started = nanoClock.getAsLong();
    BatchScores.run(
        classifier,
        batch.memory(),
        batch.size(),
        scores,
        new BatchScores.Rows() {
          @Override
          public void ran() {
            long finished = nanoClock.getAsLong();
            metrics.batchRun(batch.size(), finished - batch.oldestNanos(), finished - started);
          }

          @Override
          public void scored(int row, float[] scores) {
            classified(batch.item(row), scores, ended);
          }

          @Override
          public void rejected(int row, RejectedException why) {
            reject(batch.item(row), why, ended);
          }
        });
  }

  private void classified(InFlight image, float[] scores, EndedImages ended) {
    if (image.isEnded()) {
      return;
    }
    try {
      var event = outcomes.event(image, scores);
      if (image.end()) {
        Instant submitted = event.getSubmittedAt();
        metrics.classified(
            submitted == null
                ? 0
                : Duration.between(submitted, event.getClassifiedAt()).toMillis());
        ended.add(image, Outcome.of(event));
      }
    } catch (RejectedException e) {
      reject(image, e, ended);
    }
  }

  private void reject(InFlight image, RejectedException why, EndedImages ended) {
    Outcome rejection = outcomes.rejection(image, why);
    if (image.end()) {
      metrics.rejected(why.reason());
      ended.add(image, rejection);
    }
  }
}
