// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.config.DeviceSettings;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.api.common.functions.RuntimeContext;

/** The GPUs that Flink gives an operator. */
final class Gpus {

  private static final String RESOURCE = "gpu";

  private Gpus() {}

  /** Ordinals of the GPUs; none where the provider is the CPU, or Flink manages none. */
  static Set<Integer> of(DeviceSettings device, RuntimeContext context) {
    if (device.provider() == DeviceSettings.Provider.CPU) {
      return Collections.emptySet();
    }
    Set<Integer> ordinals = new TreeSet<>();
    for (ExternalResourceInfo gpu : context.getExternalResourceInfos(RESOURCE)) {
      gpu.getProperty("index").map(Integer::valueOf).ifPresent(ordinals::add);
    }
    return ordinals;
  }
}
