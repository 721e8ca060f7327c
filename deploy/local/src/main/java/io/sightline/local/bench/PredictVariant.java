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
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * The images, predicted by the Java API: a stream a measurement, on threads that are started with
 * it. CPU time and heap are those of the whole process, which has nothing else to do.
 */
final class PredictVariant implements Variant {

  private final String name;
  private final IntFunction<Input> inputs;
  private final int threads;
  private final ImageClassifier classifier;

  /**
   * @param inputs the image of each index, without end
   */
  PredictVariant(String name, Path model, int batchSize, int threads, IntFunction<Input> inputs)
      throws Exception {
    this.name = name;
    this.inputs = inputs;
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
    return name;
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
    try (Stream<Prediction> predictions = classifier.predictAll(() -> until(end))) {
      count = predictions.filter(prediction -> !prediction.classIds().isEmpty()).count();
    }
    return new Work(
        count,
        started,
        System.nanoTime() - started,
        meter.processCpuNanos(),
        meter.processHeapBytes(),
        null);
  }

  private Iterator<Input> until(long end) {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return System.nanoTime() < end;
      }

      @Override
      public Input next() {
        return inputs.apply(next++);
      }
    };
  }

  @Override
  public void close() {
    classifier.close();
  }
}
