// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;
import java.util.List;

/** One thing that is measured, again and again, in turn with the others. */
interface Variant extends AutoCloseable {

  String name();

  /** Threads that work on images. */
  int threads();

  /**
   * Works for about the duration.
   *
   * @return images that were finished, and what they took
   */
  Work work(Duration duration) throws Exception;

  @Override
  void close() throws Exception;

  /**
   * What a stretch of work came to.
   *
   * @param images that were finished
   * @param nanos the time that it took
   * @param cpuNanos CPU time
   * @param heapBytes heap that was allocated
   * @param checkpointMillis how long each checkpoint took that was completed meanwhile
   */
  record Work(long images, long nanos, long cpuNanos, long heapBytes, List<Long> checkpointMillis) {

    double imagesPerSecond() {
      return images * 1e9 / nanos;
    }

    double cpuMillisPerImage() {
      return cpuNanos / 1e6 / images;
    }

    double heapBytesPerImage() {
      return (double) heapBytes / images;
    }
  }
}
