// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.classify.Classifier;
import io.sightline.classify.NativeLibraries;
import io.sightline.config.ClassifyJobConfig;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import java.util.Set;

/** Loads the native libraries on this machine, opens a session and runs empty batches. */
final class SessionProbe {

  private SessionProbe() {}

  /**
   * Runs the model as a slot would when it opens.
   *
   * @return what was done
   * @throws Exception where a library can't be loaded, or the model can't be run
   */
  static String run(ClassifyJobConfig config, ModelDescriptor model) throws Exception {
    NativeLibraries.load();
    try (LocalFolder folder = LocalFolder.acquire(model.dir(), model.fingerprint())) {
      ModelFolder.verify(folder.path(), model);
      long start = System.nanoTime();
      try (Classifier classifier =
          Classifier.open(model, folder.path(), config.device(), Set.of(), 0)) {
        classifier.warmUp(config.batch().maxSize());
        return "on this machine: OpenCV and ONNX Runtime loaded, batches of 1 and %d ran on %s (%d ms"
                .formatted(
                    model.input().fixedBatch() > 0
                        ? model.input().fixedBatch()
                        : config.batch().maxSize(),
                    classifier.provider().label(),
                    (System.nanoTime() - start) / 1_000_000)
            + " with opening)";
      }
    }
  }
}
