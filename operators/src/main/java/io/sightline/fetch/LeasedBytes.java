// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Bytes with their share of the budget. */
final class LeasedBytes implements ImageBytes {

  private final byte[] array;
  private final int offset;
  private final int length;
  private final ByteBudget.Lease lease;
  private final @Nullable ArrayPool pool;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Bytes that are there.
   *
   * @param pool where the array came from; null where it did not
   */
  LeasedBytes(
      byte[] array, int offset, int length, ByteBudget.Lease lease, @Nullable ArrayPool pool) {
    this.array = array;
    this.offset = offset;
    this.length = length;
    this.lease = lease;
    this.pool = pool;
  }

  @Override
  public byte[] array() {
    if (closed.get()) {
      throw new IllegalStateException("closed: the array may hold another image by now");
    }
    return array;
  }

  @Override
  public int offset() {
    return offset;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      if (pool != null) {
        pool.giveBack(array);
      }
      lease.close();
    }
  }
}
