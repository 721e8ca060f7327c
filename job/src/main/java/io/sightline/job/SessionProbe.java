// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.classify.Classifier;
import io.sightline.classify.NativeLibraries;
import io.sightline.classify.OffHeapNeed;
import io.sightline.config.ClassifyJobConfig;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.TaskManagerOptions;

/** Loads the native libraries on this machine, opens a session and runs empty batches. */
final class SessionProbe {

  private SessionProbe() {}

  /**
   * Runs the model as a slot would when it opens.
   *
   * @return what was done, and what a TaskManager takes outside its heap where that can be known
   * @throws Exception where a library can't be loaded, or the model can't be run
   */
  static List<String> run(ClassifyJobConfig config, ModelDescriptor model) throws Exception {
    NativeLibraries.load();
    try (LocalFolder folder = LocalFolder.acquire(model.dir(), model.fingerprint())) {
      ModelFolder.verify(folder.path(), model);
      long start = System.nanoTime();
      int batch = config.batch().maxSize();
      try (Classifier classifier =
          Classifier.openWarm(model, folder.path(), config.device(), Set.of(), 0, batch)) {
        List<String> done = new ArrayList<>();
        done.add(
            "on this machine: OpenCV and ONNX Runtime loaded, batches of 1 and %d ran on %s (%d ms with opening)"
                .formatted(
                    model.input().fixedBatch() > 0 ? model.input().fixedBatch() : batch,
                    classifier.provider().label(),
                    (System.nanoTime() - start) / 1_000_000));
        offHeap(classifier, config, model)
            .ifPresent(
                need -> done.add("a TaskManager needs %s: %s".formatted(need, need.setting())));
        return done;
      }
    }
  }

  private static Optional<OffHeapNeed> offHeap(
      Classifier classifier, ClassifyJobConfig config, ModelDescriptor model) {
    return OffHeapNeed.of(
        classifier,
        model,
        config.batch(),
        config.classify(),
        config.device(),
        config.flink().get(TaskManagerOptions.NUM_TASK_SLOTS));
  }
}
