// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.sightline.config.DeviceSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ONNX Runtime execution providers, and the choice among them. */
public enum Provider {
  CPU("cpu"),
  CUDA("cuda"),
  TENSORRT("tensorrt");

  private static final Logger LOG = LoggerFactory.getLogger(Provider.class);

  private final String label;

  Provider(String label) {
    this.label = label;
  }

  /** Name in events and metric labels. */
  public String label() {
    return label;
  }

  /** Opens something with session options that ask for a provider. */
  interface Opener<T> {
    T open(SessionOptions options, Provider provider) throws OrtException;
  }

  /**
   * Tries the providers that the settings ask for, the best first. That a library lists a provider
   * says nothing: only adding it and opening a session does.
   */
  static <T> T openSession(DeviceSettings device, Set<Integer> gpus, int slot, Opener<T> opener)
      throws OrtException {
    List<Provider> candidates = candidates(device, gpus);
    for (int i = 0; ; i++) {
      Provider provider = candidates.get(i);
      try (SessionOptions options = provider.options(deviceOf(device, gpus, slot))) {
        return opener.open(options, provider);
      } catch (OrtException e) {
        if (i == candidates.size() - 1) {
          throw e;
        }
        LOG.warn(
            "The execution provider {} can't be had, trying {}: {}",
            provider.label,
            candidates.get(i + 1).label,
            e.getMessage());
      }
    }
  }

  private static List<Provider> candidates(DeviceSettings device, Set<Integer> gpus) {
    List<Provider> candidates = new ArrayList<>();
    switch (device.provider()) {
      case AUTO -> {
        if (!gpus.isEmpty() || device.index() >= 0) {
          candidates.add(CUDA);
        }
        candidates.add(CPU);
        return candidates;
      }
      case CPU -> candidates.add(CPU);
      case CUDA -> candidates.add(CUDA);
      case TENSORRT -> candidates.add(TENSORRT);
    }
    if (device.onUnavailable() == DeviceSettings.OnUnavailable.FALLBACK
        && !candidates.contains(CPU)) {
      candidates.add(CPU);
    }
    return candidates;
  }

  private static int deviceOf(DeviceSettings device, Set<Integer> gpus, int slot) {
    if (device.index() >= 0) {
      return device.index();
    }
    // Flink gives every operator of a TaskManager the same set of GPUs: the spread is ours.
    List<Integer> ordered = gpus.stream().sorted().toList();
    return ordered.isEmpty() ? 0 : ordered.get(Math.floorMod(slot, ordered.size()));
  }

  private SessionOptions options(int gpu) throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      if (this != CPU) {
        // Several CUDA sessions grow GPU memory otherwise (onnxruntime issue 29351).
        options.setMemoryPatternOptimization(false);
      }
      if (this == CUDA) {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(gpu)) {
          options.addCUDA(cuda);
        }
      } else if (this == TENSORRT) {
        try (OrtTensorRTProviderOptions tensorrt = new OrtTensorRTProviderOptions(gpu)) {
          options.addTensorrt(tensorrt);
        }
      }
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }
}
