// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Drops the body of a redirect or an error. A short one is read to its end, so that its connection
 * serves the next request; a longer one is cut off, with its connection.
 */
final class DiscardingBody implements BodySubscriber<@Nullable Object> {

  private static final int MAX_BYTES = 1 << 16;

  private final CompletableFuture<@Nullable Object> body = new CompletableFuture<>();
  private @Nullable Subscription subscription;
  private int received;

  @Override
  public CompletionStage<@Nullable Object> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    given.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      received += Math.min(MAX_BYTES, buffer.remaining());
    }
    if (received > MAX_BYTES && !body.isDone() && subscription != null) {
      body.complete(null);
      subscription.cancel();
    }
  }

  @Override
  public void onError(Throwable failure) {
    // The status has said enough.
    body.complete(null);
  }

  @Override
  public void onComplete() {
    body.complete(null);
  }
}
