// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Measures one stretch of work: time, CPU time of the process, heap allocated by its threads. */
final class Meter {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Meter() {}

  /**
   * What one stretch of work came to.
   *
   * @param imagesPerSecond images finished a second
   * @param cpuMillisPerImage CPU time of the whole process an image, in milliseconds
   * @param heapBytesPerImage heap allocated an image, in bytes, by threads that live at its end
   */
  record Sample(double imagesPerSecond, double cpuMillisPerImage, double heapBytesPerImage) {}

  static Sample measure(Variant variant, Duration duration) throws Exception {
    Map<Long, Long> allocated = allocated();
    long cpu = SYSTEM.getProcessCpuTime();
    Variant.Work work = variant.work(duration);
    long cpuAfter = SYSTEM.getProcessCpuTime();
    long heap = 0;
    for (Map.Entry<Long, Long> thread : allocated().entrySet()) {
      heap += thread.getValue() - allocated.getOrDefault(thread.getKey(), 0L);
    }
    return new Sample(
        work.images() * 1e9 / work.nanos(),
        (cpuAfter - cpu) / 1e6 / work.images(),
        (double) heap / work.images());
  }

  private static Map<Long, Long> allocated() {
    long[] ids = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(ids);
    Map<Long, Long> allocated = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      if (bytes[i] >= 0) {
        allocated.put(ids[i], bytes[i]);
      }
    }
    return allocated;
  }
}
