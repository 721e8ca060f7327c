// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code device.*} options: what the model runs on. */
public final class DeviceOptions {

  public static final ConfigOption<DeviceSettings.Provider> PROVIDER =
      ConfigOptions.key("device.provider")
          .enumType(DeviceSettings.Provider.class)
          .defaultValue(DeviceSettings.Provider.AUTO)
          .withDescription(
              "ONNX Runtime execution provider: auto (CUDA where a device answers, else CPU), cpu,"
                  + " cuda or tensorrt. Every event says which one really ran.");

  public static final ConfigOption<Integer> INDEX =
      ConfigOptions.key("device.index")
          .intType()
          .defaultValue(-1)
          .withDescription(
              "Ordinal of the GPU. -1 spreads the slots over the GPUs of the TaskManager.");

  public static final ConfigOption<DeviceSettings.OnUnavailable> ON_UNAVAILABLE =
      ConfigOptions.key("device.on-unavailable")
          .enumType(DeviceSettings.OnUnavailable.class)
          .defaultValue(DeviceSettings.OnUnavailable.FAIL)
          .withDescription(
              "What happens where cuda or tensorrt was asked for and can't be had: fail (the task"
                  + " fails with the provider's own error) or fallback (it runs on CPU).");

  public static final ConfigOption<Integer> CONCURRENT_RUNS =
      ConfigOptions.key("device.concurrent-runs")
          .intType()
          .defaultValue(2)
          .withDescription(
              "Batches that run at once in one session on a GPU: one computes while the next is"
                  + " copied in. Each takes device memory. Not used on CPU.");

  private DeviceOptions() {}

  static DeviceSettings read(OptionReader options) {
    return new DeviceSettings(
        options.get(PROVIDER),
        options.atLeast(INDEX, -1),
        options.get(ON_UNAVAILABLE),
        options.atLeast(CONCURRENT_RUNS, 1));
  }
}
