// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.config.ConfigurationException;
import io.sightline.config.DecodeSettings;
import io.sightline.config.DeviceSettings;
import io.sightline.config.DeviceSettings.OnUnavailable;
import io.sightline.config.FetchSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.PredictConfig;
import io.sightline.config.Problems;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;

/**
 * How images are predicted. Immutable: each {@code with} gives a changed copy.
 *
 * @param topK classes of a prediction, at least 1
 * @param minScore classes with a lower score are left out, 0..1
 * @param batchSize images that a worker runs at once, at least 1; a graph with a fixed batch has
 *     its own
 * @param workers threads that decode images and run the model for one stream; 0 takes the cores of
 *     the machine
 * @param frames which frames of a TIFF or GIF are predicted
 * @param keepUnpacked whether a prediction keeps the encoded image where it came from an archive:
 *     for those who save each at once, since whoever reads it again unpacks all that is before it;
 *     a stream is then no more than a few images a worker ahead
 */
public record PredictSettings(
    int topK,
    float minScore,
    int batchSize,
    int workers,
    Frames frames,
    boolean keepUnpacked,
    FetchSettings fetch,
    DecodeSettings decode,
    ModelSettings model,
    DeviceSettings device) {

  private static final Pattern GPU = Pattern.compile("gpu(?::(\\d{1,4}))?");

  public PredictSettings {
    if (topK < 1 || batchSize < 1 || workers < 0) {
      throw new IllegalArgumentException(
          "topK and batchSize must be at least 1, workers at least 0 (got %d, %d, %d)"
              .formatted(topK, batchSize, workers));
    }
    if (!(minScore >= 0 && minScore <= 1)) {
      throw new IllegalArgumentException("minScore must be between 0 and 1 (got " + minScore + ")");
    }
  }

  /** What the options of the jobs are by default, with batches of one image. */
  public static PredictSettings defaults() {
    return of(PredictConfig.read(new Configuration(), new Problems()));
  }

  /**
   * The settings that options of the jobs come to, such as {@code classify.top-k}.
   *
   * @throws ConfigurationException with everything that is wrong with them
   */
  public static PredictSettings of(Configuration options) throws ConfigurationException {
    Problems problems = new Problems();
    PredictConfig config = PredictConfig.read(options, problems);
    problems.throwIfAny();
    return of(config);
  }

  /** The settings of a configuration that was read. */
  public static PredictSettings of(PredictConfig config) {
    return new PredictSettings(
        config.topK(),
        config.minScore(),
        config.batchSize(),
        config.workers(),
        Frames.FIRST,
        false,
        config.fetch(),
        config.decode(),
        config.model(),
        config.device());
  }

  public PredictSettings withTopK(int k) {
    return new PredictSettings(
        k, minScore, batchSize, workers, frames, keepUnpacked, fetch, decode, model, device);
  }

  public PredictSettings withBatchSize(int images) {
    return new PredictSettings(
        topK, minScore, images, workers, frames, keepUnpacked, fetch, decode, model, device);
  }

  public PredictSettings withWorkers(int threads) {
    return new PredictSettings(
        topK, minScore, batchSize, threads, frames, keepUnpacked, fetch, decode, model, device);
  }

  public PredictSettings withFrames(Frames which) {
    return new PredictSettings(
        topK, minScore, batchSize, workers, which, keepUnpacked, fetch, decode, model, device);
  }

  public PredictSettings withKeepUnpacked(boolean keep) {
    return new PredictSettings(
        topK, minScore, batchSize, workers, frames, keep, fetch, decode, model, device);
  }

  /**
   * The same on another device.
   *
   * @param name {@code auto} (a GPU where there is one, else the CPU), {@code cpu}, or {@code
   *     gpu:N}, where {@code gpu} is {@code gpu:0}
   * @throws IllegalArgumentException where it is another, such as PaddleX's {@code npu:0}
   */
  public PredictSettings withDevice(String name) {
    return withDevice(deviceOf(name));
  }

  public PredictSettings withDevice(DeviceSettings which) {
    return new PredictSettings(
        topK, minScore, batchSize, workers, frames, keepUnpacked, fetch, decode, model, which);
  }

  public PredictSettings withModel(ModelSettings which) {
    return new PredictSettings(
        topK, minScore, batchSize, workers, frames, keepUnpacked, fetch, decode, which, device);
  }

  /** The same with a name for the model, which must be that of the folder where PaddleX has it. */
  public PredictSettings withModelName(String name) {
    return withModel(
        new ModelSettings(
            model.dir(),
            name,
            model.version(),
            model.repository(),
            model.preprocessing(),
            model.applySoftmax(),
            model.output(),
            model.labelMap(),
            model.locale()));
  }

  /** The device as {@link #withDevice(String)} takes it. */
  String deviceName() {
    return switch (device.provider()) {
      case AUTO -> "auto";
      case CPU -> "cpu";
      case CUDA, TENSORRT -> "gpu:" + Math.max(0, device.index());
    };
  }

  private DeviceSettings deviceOf(String name) {
    Matcher gpu = GPU.matcher(name);
    DeviceSettings.Provider provider = device.provider();
    int index = -1;
    OnUnavailable onUnavailable = device.onUnavailable();
    if (gpu.matches()) {
      index = gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1));
      provider =
          provider == DeviceSettings.Provider.TENSORRT ? provider : DeviceSettings.Provider.CUDA;
    } else if (name.equals("auto")) {
      provider = DeviceSettings.Provider.AUTO;
    } else if (name.equals("cpu")) {
      provider = DeviceSettings.Provider.CPU;
    } else {
      throw new IllegalArgumentException(
          "the device must be auto, cpu or gpu:N (got " + name + ")");
    }
    return new DeviceSettings(provider, index, onUnavailable, device.concurrentRuns());
  }
}
