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
   * @return images that were finished, and the time that they took
   */
  Work work(Duration duration) throws Exception;

  @Override
  void close() throws Exception;

  /** Images finished within a time in nanoseconds. */
  record Work(long images, long nanos) {}
}
