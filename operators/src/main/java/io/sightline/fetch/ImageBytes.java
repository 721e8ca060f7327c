// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

/**
 * The encoded bytes of one image, and its share of {@code classify.max-inflight-bytes}, which
 * {@link #close} gives back. Valid bytes are {@code array()[offset() .. offset() + length())}.
 * Closing twice has no effect. Thread-safe in {@link #close} alone.
 */
public interface ImageBytes extends AutoCloseable {

  byte[] array();

  int offset();

  int length();

  @Override
  void close();
}
