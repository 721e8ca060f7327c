// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;

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
   */
  record Work(long images, long nanos, long cpuNanos, long heapBytes) {

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
