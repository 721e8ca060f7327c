// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.OrtException;
import io.sightline.batch.Batch;
import io.sightline.classify.Classifier.Scores;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Runs batches in a session and ends each of their images. Thread-safe.
 *
 * <p>Where a batch fails, each of its images is run alone: those that fail alone are rejected.
 * Where all of them fail, the session itself is tried with zeros, and where that fails too the
 * session is broken, and its task with it.
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
    long started = nanoClock.getAsLong();
    try {
      classifier.run(batch.memory(), batch.size(), scores);
    } catch (OrtException e) {
      runAlone(batch, scores, e);
      return;
    }
    long finished = nanoClock.getAsLong();
    metrics.batchRun(batch.size(), finished - batch.oldestNanos(), finished - started);
    for (int i = 0; i < batch.size(); i++) {
      end(batch.item(i), scores.of(i));
    }
  }

  private void runAlone(Batch<InFlight> batch, Scores scores, OrtException cause)
      throws OrtException {
    List<InFlight> failed = new ArrayList<>();
    List<OrtException> causes = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      InFlight image = batch.item(i);
      try {
        classifier.runAlone(batch.memory(), i, scores);
        end(image, scores.of(0));
      } catch (OrtException e) {
        failed.add(image);
        causes.add(e);
      }
    }
    if (failed.size() == batch.size()) {
      try {
        classifier.warmUp(1);
      } catch (OrtException broken) {
        broken.addSuppressed(cause);
        throw broken;
      }
    }
    for (int i = 0; i < failed.size(); i++) {
      reject(
          failed.get(i),
          new RejectedException(
              Reason.INFERENCE_FAILED,
              "the session failed for this image alone: " + causes.get(i).getMessage()));
    }
  }

  private void end(InFlight image, float[] scores) {
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
        image.complete(Outcome.of(event));
      }
    } catch (RejectedException e) {
      reject(image, e);
    }
  }

  private void reject(InFlight image, RejectedException why) {
    if (image.end()) {
      metrics.rejected(why.reason());
      image.complete(outcomes.rejection(image, why));
    }
  }
}
