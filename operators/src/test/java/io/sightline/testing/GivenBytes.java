// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import io.sightline.fetch.ImageBytes;

/** The bytes of an image that a test has, and is told of each time they are closed. */
public final class GivenBytes implements ImageBytes {

  private final byte[] bytes;
  private final int length;
  private final Runnable closed;

  public GivenBytes(byte[] bytes, Runnable closed) {
    this(bytes, bytes.length, closed);
  }

  /**
   * Bytes whose number is another than is said.
   *
   * @param length that is said
   */
  public GivenBytes(byte[] bytes, int length, Runnable closed) {
    this.bytes = bytes;
    this.length = length;
    this.closed = closed;
  }

  @Override
  public byte[] array() {
    return bytes;
  }

  @Override
  public int offset() {
    return 0;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void close() {
    closed.run();
  }
}
