// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Map;

/** Reads the CPU time and the heap that threads, or the whole process, have taken so far. */
final class Meter {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long cpuNanos = SYSTEM.getProcessCpuTime();
  private final Map<Long, Long> allocated = allocated();
  private final String prefix;
  private final Map<Long, Long> cpuOfNamed;

  /** A meter that tells the process alone. */
  Meter() {
    this("");
  }

  /** A meter that also tells the CPU time of the threads whose names begin so. */
  Meter(String prefix) {
    this.prefix = prefix;
    this.cpuOfNamed = cpuOfNamed();
  }

  /** CPU time of the process since this meter was made, in nanoseconds. */
  long processCpuNanos() {
    return SYSTEM.getProcessCpuTime() - cpuNanos;
  }

  /** Heap allocated since this meter was made by the threads that live now, in bytes. */
  long processHeapBytes() {
    long heap = 0;
    for (Map.Entry<Long, Long> thread : allocated().entrySet()) {
      heap += thread.getValue() - allocated.getOrDefault(thread.getKey(), 0L);
    }
    return heap;
  }

  /** CPU time since this meter was made of the threads that it tells apart, in nanoseconds. */
  long namedCpuNanos() {
    long cpu = 0;
    for (Map.Entry<Long, Long> thread : cpuOfNamed().entrySet()) {
      cpu += thread.getValue() - cpuOfNamed.getOrDefault(thread.getKey(), 0L);
    }
    return cpu;
  }

  private Map<Long, Long> cpuOfNamed() {
    Map<Long, Long> cpu = new HashMap<>();
    if (prefix.isEmpty()) {
      return cpu;
    }
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().startsWith(prefix)) {
        long nanos = THREADS.getThreadCpuTime(thread.getThreadId());
        if (nanos >= 0) {
          cpu.put(thread.getThreadId(), nanos);
        }
      }
    }
    return cpu;
  }

  static long threadCpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  static long threadHeapBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
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
