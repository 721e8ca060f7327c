// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /** Works for about the duration so that as much as possible of what it runs is compiled. */
  default void warmUp(Duration duration) throws Exception {
    work(duration);
  }

  @Override
  void close() throws Exception;

  /**
   * What a stretch of work came to.
   *
   * @param images that were finished
   * @param started when it began, by {@link System#nanoTime}
   * @param nanos the time that it took
   * @param cpuNanos CPU time
   * @param heapBytes heap that was allocated
   * @param job what else is known of a job; null of others
   */
  record Work(
      long images, long started, long nanos, long cpuNanos, long heapBytes, @Nullable JobWork job) {

    /** The middle of it, by {@link System#nanoTime}. */
    long middle() {
      return started + nanos / 2;
    }

    /**
     * The same, in the time that it would have taken without others in its process.
     *
     * @param others CPU time that they took of all processors meanwhile, in nanoseconds
     */
    Work without(long others, int processors) {
      return new Work(images, started, nanos - others / processors, cpuNanos, heapBytes, job);
    }

    double imagesPerSecond() {
      return images * 1e9 / nanos;
    }

    double cpuMillisPerImage() {
      return cpuNanos / 1e6 / images;
    }

    double heapBytesPerImage() {
      return (double) heapBytes / images;
    }

    /** Of the CPU time, what the workers have taken: from 0 to 1. */
    double workersCpuShare() {
      return job == null ? 1 : (double) job.workersCpuNanos() / cpuNanos;
    }

    double jitShare() {
      return job == null ? 0 : job.jitShare();
    }

    List<Long> checkpointMillis() {
      return job == null ? List.of() : job.checkpointMillis();
    }
  }

  /**
   * What is known of a stretch of a job's work beside.
   *
   * @param workersCpuNanos CPU time of the threads that decode and run the session
   * @param jitShare share of the time that the JIT compilers were busy; above 1 where several were
   * @param checkpointMillis how long each checkpoint took that was completed meanwhile
   */
  record JobWork(long workersCpuNanos, double jitShare, List<Long> checkpointMillis) {}
}
