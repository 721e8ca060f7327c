// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.predict.ImageClassifier;
import io.sightline.predict.Input;
import io.sightline.predict.PredictSettings;
import io.sightline.predict.Prediction;
import io.sightline.predict.Sightline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of the images, predicted by the Java API: a stream a measurement, on threads that are
 * started with it. CPU time and heap are those of the whole process, which has nothing else to do.
 */
final class PredictVariant implements Variant {

  private final Images images;
  private final int threads;
  private final ImageClassifier classifier;

  PredictVariant(Path model, Images images, int batchSize, int threads) throws Exception {
    this.images = images;
    this.threads = threads;
    this.classifier =
        Sightline.load(
            model,
            PredictSettings.defaults()
                .withDevice("cpu")
                .withBatchSize(batchSize)
                .withWorkers(threads));
  }

  @Override
  public String name() {
    return "predict";
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public Work work(Duration duration) {
    Meter meter = new Meter();
    long started = System.nanoTime();
    long end = started + duration.toNanos();
    long count;
    try (Stream<Prediction> predictions = classifier.predictAll(() -> files(end))) {
      count = predictions.filter(prediction -> !prediction.classIds().isEmpty()).count();
    }
    return new Work(
        count,
        System.nanoTime() - started,
        meter.processCpuNanos(),
        meter.processHeapBytes(),
        List.of());
  }

  /** The files, over and over, until a time. */
  private Iterator<Input> files(long end) {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return System.nanoTime() < end;
      }

      @Override
      public Input next() {
        return Input.of(images.file(next++));
      }
    };
  }

  @Override
  public void close() {
    classifier.close();
  }
}
