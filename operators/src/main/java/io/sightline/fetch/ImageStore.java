// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.schemas.ImageReference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings the bytes of images. Thread-safe.
 *
 * <p>{@link #fetch} never blocks its caller and never throws; what waits (a connection, a free
 * share of {@code classify.max-inflight-bytes}, a store that is down, up to {@code fetch.patience})
 * waits inside. The future completes with the bytes, which the caller must close, or exceptionally
 * with a {@link io.sightline.reference.RejectedException}, which is an {@link UnavailableException}
 * where the image's host is down. It is down where patience did not help, and it has delivered an
 * image before, or no host has yet nor any image come inline, and it delivers no others meanwhile.
 * Anything else that it completes with is a fault of the code and fails the task. Cancelling the
 * future gives up the fetch and whatever it holds.
 */
public interface ImageStore extends AutoCloseable {

  CompletableFuture<ImageBytes> fetch(ImageReference reference);

  /**
   * The outage that a reference's host is in, as far as is known: its last failure, where it has
   * not answered since; null otherwise.
   */
  @Nullable UnavailableException outage(ImageReference reference);

  /**
   * Hosts that have delivered an image, each as scheme and authority, the last used at the end, and
   * {@code inline} where one came inline. Given to the next store, they are known there, too.
   */
  List<String> knownHosts();

  /** Attempts so far that were not the first for their image. */
  long retries();

  /** Images that wait now until they are asked for again. */
  long waiting();

  /** Bytes that are held at once, fetched and inline. */
  long inflightBytes();

  /** Bytes fetched so far; inline bytes do not count. */
  long bytesFetched();

  /** Ends all threads and connections; fetches under way complete exceptionally. */
  @Override
  void close();
}
