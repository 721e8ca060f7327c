// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.OrtException;
import io.sightline.batch.Batch;
import io.sightline.classify.Classifier.Scores;
import io.sightline.reference.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs batches in a session and ends each of their images. A broken session breaks its task.
 * Thread-safe.
 */
final class SessionRunner implements ClassifyWorkers.BatchRunner {

  private static final Logger LOG = LoggerFactory.getLogger(SessionRunner.class);

  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private final Classifier classifier;
  private final int maxSize;
  private final Outcomes outcomes;
  private final ClassifyMetrics metrics;
  private final LongSupplier nanoClock;

  /** When the last warning of a failed batch was; 0 before the first. */
  private final AtomicLong warned = new AtomicLong();

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
          public void failed(OrtException cause) {
            metrics.batchFailed();
            warn(batch.size(), cause);
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

  /** A device that is short of memory fails each batch: one warning a minute says so. */
  private void warn(int size, OrtException cause) {
    long now = nanoClock.getAsLong();
    long last = warned.get();
    if ((last == 0 || now - last >= BETWEEN_WARNINGS.toNanos())
        && warned.compareAndSet(last, now)) {
      LOG.warn(
          "A batch of {} images failed, and each of them is run alone, which takes longer: {}",
          size,
          cause.getMessage());
    }
  }

  private void classified(InFlight image, float[] scores, EndedImages ended) {
    if (image.isEnded()) {
      return;
    }
    try {
      var event = outcomes.event(image, scores);
      if (image.end()) {
        Instant submitted = event.getSubmittedAt();
        long classified = event.getClassifiedAt().toEpochMilli();
        metrics.classified(submitted == null ? 0 : classified - submitted.toEpochMilli());
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
