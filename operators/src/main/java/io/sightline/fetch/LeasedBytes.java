// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

/** Bytes with their share of the budget. */
final class LeasedBytes implements ImageBytes {

  private final byte[] array;
  private final int offset;
  private final int length;
  private final ByteBudget.Lease lease;

  LeasedBytes(byte[] array, int offset, int length, ByteBudget.Lease lease) {
    this.array = array;
    this.offset = offset;
    this.length = length;
    this.lease = lease;
  }

  @Override
  public byte[] array() {
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
    lease.close();
  }
}
