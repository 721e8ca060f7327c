// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.schemas.ImageReference;
import java.util.concurrent.CompletableFuture;

/**
 * Brings the bytes of images. Thread-safe.
 *
 * <p>{@link #fetch} never blocks its caller and never throws; what waits (a connection, a free
 * share of {@code classify.max-inflight-bytes}) waits inside. The future completes with the bytes,
 * which the caller must close, or exceptionally with a {@link
 * io.sightline.reference.RejectedException}; anything else that it completes with is a fault of the
 * code and fails the task. Cancelling the future gives up the fetch and whatever it holds.
 */
public interface ImageStore extends AutoCloseable {

  CompletableFuture<ImageBytes> fetch(ImageReference reference);

  /** Bytes that are held at once, fetched and inline. */
  long inflightBytes();

  /** Bytes fetched so far; inline bytes do not count. */
  long bytesFetched();

  /** Ends all threads and connections; fetches under way complete exceptionally. */
  @Override
  void close();
}
