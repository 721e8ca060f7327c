// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.reference.Reason;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the body of one image and ends its fetch. Nothing is asked of the connection before its
 * share of the budget is there: the announced length, into an array of exactly this size; or the
 * largest that is allowed where none was announced, of which the surplus is given back.
 */
final class ImageBody implements BodySubscriber<@Nullable Object> {

  private static final int FIRST_BYTES = 1 << 16;
  private static final int UNKNOWN = -1;

  private final Fetch fetch;
  private final String uri;
  private final int announced;
  private final int maxBytes;
  private final ByteBudget budget;
  private final ArrayPool arrays;
  private final LongConsumer fetched;
  private final CompletableFuture<@Nullable Object> body = new CompletableFuture<>();

  /* Written by one callback at a time, in order: the first of them after the lease is there. */
  private byte[] bytes = new byte[0];
  private int received;
  private ByteBudget.@Nullable Lease lease;
  private @Nullable Subscription subscription;

  private ImageBody(
      Fetch fetch,
      String uri,
      int announced,
      int maxBytes,
      ByteBudget budget,
      ArrayPool arrays,
      LongConsumer fetched) {
    this.fetch = fetch;
    this.uri = uri;
    this.announced = announced;
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.arrays = arrays;
    this.fetched = fetched;
  }

  static ImageBody ofLength(
      Fetch fetch,
      String uri,
      int length,
      ByteBudget budget,
      ArrayPool arrays,
      LongConsumer fetched) {
    return new ImageBody(fetch, uri, length, length, budget, arrays, fetched);
  }

  static ImageBody ofUnknownLength(
      Fetch fetch,
      String uri,
      int maxBytes,
      ByteBudget budget,
      ArrayPool arrays,
      LongConsumer fetched) {
    return new ImageBody(fetch, uri, UNKNOWN, maxBytes, budget, arrays, fetched);
  }

  @Override
  public CompletionStage<@Nullable Object> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    fetch.deadline().pause();
    CompletableFuture<ByteBudget.Lease> acquired = budget.acquire(maxBytes);
    fetch.cancelWith(acquired);
    Futures.whenDone(
        acquired,
        (granted, failure) -> {
          if (granted != null) {
            begin(given, granted);
          }
        });
  }

  private void begin(Subscription given, ByteBudget.Lease granted) {
    fetch.own(granted);
    if (fetch.isDone()) {
      return;
    }
    try {
      lease = granted;
      // Given back by whoever closes them, and else left to the GC.
      bytes =
          announced == UNKNOWN ? new byte[Math.min(FIRST_BYTES, maxBytes)] : arrays.take(announced);
      fetch.deadline().run();
      given.request(Long.MAX_VALUE);
    } catch (Throwable e) {
      fetch.fail(e);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        int count = buffer.remaining();
        if (count > maxBytes - received) {
          tooLarge();
          return;
        }
        if (count > bytes.length - received) {
          long doubled = Math.max(2L * bytes.length, (long) received + count);
          bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, doubled));
        }
        buffer.get(bytes, received, count);
        received += count;
      }
    } catch (Throwable e) {
      // The client would wrap an Error into an IOException.
      fetch.fail(e);
    }
  }

  private void tooLarge() {
    if (subscription != null) {
      subscription.cancel();
    }
    fetch.reject(Reason.TOO_LARGE, "has more bytes than fetch.max-bytes, %d".formatted(maxBytes));
  }

  @Override
  public void onError(Throwable failure) {
    String progress =
        announced == UNKNOWN
            ? received + " bytes"
            : "%d of %d bytes".formatted(received, announced);
    FetchErrors.bodyFailed(fetch, uri, progress, failure);
    bytes = new byte[0];
    body.complete(null);
  }

  @Override
  public void onComplete() {
    try {
      end();
    } catch (Throwable e) {
      fetch.fail(e);
    }
    bytes = new byte[0];
    body.complete(null);
  }

  private void end() {
    ByteBudget.Lease held = lease;
    if (announced != UNKNOWN && received < announced) {
      FetchErrors.endedEarly(fetch, "%d of %d bytes".formatted(received, announced));
    } else if (received == 0 || held == null) {
      fetch.reject(Reason.EMPTY_CONTENT, "has no content");
    } else {
      held.shrinkTo(received);
      fetched.accept(received);
      if (announced == UNKNOWN) {
        byte[] whole = bytes.length == received ? bytes : Arrays.copyOf(bytes, received);
        fetch.succeed(new LeasedBytes(whole, 0, received, held, null));
      } else {
        fetch.succeed(new LeasedBytes(bytes, 0, received, held, arrays));
      }
    }
  }
}
