// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.apache.flink.configuration.ReadableConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** States what a slot takes outside the heap against what its process has. */
final class OffHeap {

  private static final Logger LOG = LoggerFactory.getLogger(OffHeap.class);
  private static final long MEBIBYTE = 1 << 20;

  private OffHeap() {}

  /** Logs what a TaskManager needs, and warns where it is given less. */
  static void state(OffHeapNeed need, ReadableConfig taskManager) {
    Optional<String> warning = need.warning(taskManager);
    if (warning.isPresent()) {
      LOG.warn(warning.get());
    } else {
      LOG.info("A TaskManager needs {}", need);
    }
  }

  /** Logs the direct memory that is taken, and warns where the process does not have it. */
  static void require(long batchBytes, int workers) {
    long limit = maxDirectMemory();
    long used =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    String need =
        "batches take %d MiB of direct memory in this slot and each of %d workers a little more; the"
                .formatted(batchBytes / MEBIBYTE + 1, workers)
            + " process uses %d of %d MiB".formatted(used / MEBIBYTE, limit / MEBIBYTE);
    if (used + batchBytes > limit) {
      LOG.warn(
          "Not enough direct memory: {}. Raise taskmanager.memory.task.off-heap.size, or lower"
              + " batch.max-size or classify.workers",
          need);
    } else {
      LOG.info("Direct memory: {}", need);
    }
  }

  private static long maxDirectMemory() {
    var diagnostics =
        ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class);
    long set =
        diagnostics == null
            ? 0
            : Long.parseLong(diagnostics.getVMOption("MaxDirectMemorySize").getValue());
    return set > 0 ? set : Runtime.getRuntime().maxMemory();
  }
}
