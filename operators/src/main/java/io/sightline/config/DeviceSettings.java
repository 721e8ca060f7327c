// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;

/**
 * The checked {@code device.*} options. Immutable.
 *
 * @param index device ordinal; -1 spreads the slots over the devices of the TaskManager
 * @param concurrentRuns batches that run at once in one session on a GPU
 */
public record DeviceSettings(
    Provider provider, int index, OnUnavailable onUnavailable, int concurrentRuns)
    implements Serializable {

  /** ONNX Runtime execution provider that is asked for. */
  public enum Provider {
    /** CUDA where a device answers, else CPU. */
    AUTO,
    CPU,
    CUDA,
    TENSORRT;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }

  /** What happens where the provider that was asked for can't be had. */
  public enum OnUnavailable {
    /** The task fails with the provider's own error. */
    FAIL,
    /** The session runs on CPU; every event says so. */
    FALLBACK;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }
}
