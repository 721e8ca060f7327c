// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Uris;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to bring an image: its result, its deadline, and what it holds meanwhile. Whatever
 * ends it first (bytes, a rejection, its deadline, a cancelled result) gives up everything else.
 * Thread-safe.
 */
final class Fetch {

  private final String uri;
  private final Duration timeout;
  private final CompletableFuture<ImageBytes> result = new CompletableFuture<>();
  private final Deadline deadline;
  private volatile @Nullable RejectedException onTimeout;

  /** A fetch whose clock does not run yet. */
  Fetch(String uri, Duration timeout) {
    this.uri = uri;
    this.timeout = timeout;
    this.deadline = new Deadline(timeout);
    Futures.whenDone(result, (bytes, failure) -> deadline.stop());
  }

  CompletableFuture<ImageBytes> result() {
    return result;
  }

  Deadline deadline() {
    return deadline;
  }

  boolean isDone() {
    return result.isDone();
  }

  void succeed(ImageBytes bytes) {
    if (!result.complete(bytes)) {
      bytes.close();
    }
  }

  /** Ends the fetch: with a rejection, or with a fault of the code. */
  void fail(Throwable failure) {
    result.completeExceptionally(failure);
  }

  void reject(Reason reason, String fact) {
    fail(rejection(reason, fact));
  }

  /** Ends the fetch with an outage of the store, for which {@link FetchErrors} has its rules. */
  void unavailable(Reason reason, String fact) {
    fail(outage(reason, fact, null));
  }

  /** What an expired deadline says from now on. */
  void setOnTimeout(RejectedException rejection) {
    onTimeout = rejection;
  }

  /** The rejection of this image: its masked URI, then the fact. */
  RejectedException rejection(Reason reason, String fact) {
    return new RejectedException(reason, Uris.masked(uri) + " " + fact);
  }

  /** The outage that this image has met: its masked URI, then the fact. */
  UnavailableException outage(Reason reason, String fact, @Nullable Duration retryAfter) {
    return new UnavailableException(reason, Uris.masked(uri) + " " + fact, 1, retryAfter);
  }

  /** Ends the fetch where its deadline is over. */
  void expireIfOver() {
    if (!deadline.isOver()) {
      return;
    }
    RejectedException other = onTimeout;
    if (other != null) {
      fail(other);
    } else {
      FetchErrors.timedOut(this, timeout);
    }
  }

  /** Runs once the fetch has failed, at once if it has already. */
  void onFailure(Runnable cleanUp) {
    Futures.whenDone(
        result,
        (bytes, failure) -> {
          if (failure != null) {
            cleanUp.run();
          }
        });
  }

  /** Cancels the step if the fetch fails. */
  void cancelWith(Future<?> step) {
    onFailure(() -> step.cancel(true));
  }

  /** Gives the lease back if the fetch fails. */
  void own(ByteBudget.Lease lease) {
    onFailure(lease::close);
  }
}
