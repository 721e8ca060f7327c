// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.decode.ImageDecoder;
import io.sightline.fetch.ImageBytes;
import io.sightline.schemas.ImageReference;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One reference on its way through the operator. {@link #end} decides who ends it: result,
 * rejection or timeout. Its image belongs to one thread at a time: the fetch, then a worker.
 */
final class InFlight {

  private final ImageReference reference;
  private final Completion completion;
  private final long enteredNanos = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();

  private volatile @Nullable CompletableFuture<ImageBytes> fetch;
  private @Nullable ImageBytes bytes;
  private long fetchedNanos;
  private @Nullable Decoded decoded;

  InFlight(ImageReference reference, Completion completion) {
    this.reference = reference;
    this.completion = completion;
  }

  /** Receives what became of a reference, from any thread. */
  interface Completion {

    /** Calls the supplier on the task's thread; what it throws fails the task. */
    void complete(Supplier<Outcome> outcome);
  }

  /** What is known of an image once it is decoded. */
  record Decoded(String format, int width, int height, String contentSha256) {

    static Decoded of(ImageDecoder decoder, String contentSha256) {
      return new Decoded(
          decoder.format().label(), decoder.width(), decoder.height(), contentSha256);
    }
  }

  ImageReference reference() {
    return reference;
  }

  long enteredNanos() {
    return enteredNanos;
  }

  long fetchedNanos() {
    return fetchedNanos;
  }

  /** True for the first caller only, who must complete or fail it. */
  boolean end() {
    return ended.compareAndSet(false, true);
  }

  boolean isEnded() {
    return ended.get();
  }

  void complete(Outcome outcome) {
    completion.complete(() -> outcome);
  }

  /** Completes it with its outcome, and runs {@code others} before, on the task's thread. */
  void complete(Outcome outcome, Runnable others) {
    completion.complete(
        () -> {
          others.run();
          return outcome;
        });
  }

  /** Fails the task: a fault of the code, the model or the machine. */
  void fail(Throwable cause) {
    completion.complete(
        () -> {
          throw new IllegalStateException("the classify operator has failed", cause);
        });
  }

  void fetching(CompletableFuture<ImageBytes> fetch) {
    this.fetch = fetch;
  }

  /** Whether its bytes have come, and it waits for a worker or for its batch. */
  boolean isFetched() {
    CompletableFuture<ImageBytes> fetch = this.fetch;
    return fetch != null && fetch.isDone();
  }

  void cancelFetch() {
    CompletableFuture<ImageBytes> fetch = this.fetch;
    if (fetch != null) {
      fetch.cancel(true);
    }
  }

  void fetched(ImageBytes bytes) {
    this.bytes = bytes;
    this.fetchedNanos = System.nanoTime();
  }

  /** Gives the bytes away, to be closed by the caller. */
  ImageBytes takeBytes() {
    ImageBytes taken = Objects.requireNonNull(bytes, "no bytes");
    bytes = null;
    return taken;
  }

  void decoded(Decoded decoded) {
    this.decoded = decoded;
  }

  Decoded decoded() {
    return Objects.requireNonNull(decoded, "not decoded");
  }
}
