// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.classify.Classifier;
import io.sightline.classify.ModelReader;
import io.sightline.config.ConfigurationException;
import io.sightline.config.DeviceSettings;
import io.sightline.config.Problems;
import io.sightline.decode.ImageDecoder;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.ModelDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The door to predictions in Java: loads models. */
public final class Sightline {

  /** What NVIDIA's driver makes where there is a GPU. */
  private static final Path GPU_DRIVER = Path.of("/proc/driver/nvidia/version");

  private Sightline() {}

  /**
   * Loads a model with the settings by default.
   *
   * @param modelDir its folder: PaddleX's, Hugging Face's, or a plain one
   * @throws ConfigurationException with everything that is wrong with the folder
   */
  public static ImageClassifier load(Path modelDir) throws ConfigurationException {
    return load(modelDir, PredictSettings.defaults());
  }

  /**
   * Loads a model.
   *
   * @throws ConfigurationException with everything that is wrong with the folder, or why the device
   *     can't be had
   */
  public static ImageClassifier load(Path modelDir, PredictSettings settings)
      throws ConfigurationException {
    return load(settings.withModel(settings.model().at(modelDir.toString())));
  }

  /**
   * Loads the model that the settings lead to: its folder, or a name that is looked up as PaddleX
   * does.
   *
   * @throws ConfigurationException with everything that is wrong with the model, or why the device
   *     can't be had
   */
  public static ImageClassifier load(PredictSettings settings) throws ConfigurationException {
    Problems problems = new Problems();
    ModelDescriptor model = ModelReader.read(settings.model(), problems);
    problems.throwIfAny();
    if (model == null) {
      throw new IllegalStateException("a model without a problem was not read");
    }
    return open(model, settings);
  }

  private static ImageClassifier open(ModelDescriptor model, PredictSettings settings)
      throws ConfigurationException {
    ImageDecoder.loadNatives();
    try (LocalFolder folder = LocalFolder.acquire(model.dir(), model.fingerprint())) {
      Classifier classifier =
          Classifier.open(model, folder.path(), settings.device(), gpus(settings.device()), 0);
      try {
        classifier.warmUp(Predictor.batchSize(model, settings));
      } catch (Exception | Error e) {
        classifier.close();
        throw e;
      }
      return new ImageClassifier(model, classifier, settings);
    } catch (Exception e) {
      throw new ConfigurationException(
          List.of(
              "model.dir (%s): it can't be run on %s: %s"
                  .formatted(model.dir(), settings.deviceName(), e.getMessage())),
          e);
    }
  }

  private static Set<Integer> gpus(DeviceSettings device) {
    return device.provider() == DeviceSettings.Provider.AUTO && Files.exists(GPU_DRIVER)
        ? Set.of(0)
        : Set.of();
  }
}
