// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/**
 * Decides whether a request may go to a URI: the first one of a fetch and the target of every
 * redirect, before anything is sent to it. Must not block.
 */
@FunctionalInterface
interface HopGate extends AutoCloseable {

  /** Lets every request pass. */
  HopGate OPEN = CompletableFuture::completedFuture;

  /**
   * Asks about one URI. The future completes with the URI to go to, or exceptionally with the
   * {@link io.sightline.reference.RejectedException} that ends the fetch, or with what else the
   * request would have failed with.
   */
  CompletableFuture<URI> check(URI uri);

  /** Ends its threads, where it has any. */
  @Override
  default void close() {}
}
