// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.config.FetchSettings;
import io.sightline.reference.Reason;
import io.sightline.reference.Uris;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Fetches images by HTTP, without a thread an image. Thread-safe.
 *
 * <p>HTTP/1.1 only: there an image that waits for its share of the budget holds up its own
 * connection, in HTTP/2 the window of a connection that others need to go on.
 *
 * <p>The JDK's client can't be closed before Java 21. {@link #close} ends our threads and every
 * exchange; the client's own selector thread, a daemon, ends with its idle connections within
 * seconds after the client was garbage collected.
 */
final class HttpFetcher implements AutoCloseable {

  private static final int MAX_REDIRECTS = 5;
  private static final int THREADS = 8;
  private static final long UNKNOWN = -1;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final FetchSettings settings;
  private final ByteBudget budget;
  private final ArrayPool arrays;
  private final HopGate gate;
  private final LongConsumer fetched;
  private final ThreadPoolExecutor executor;
  private volatile @Nullable HttpClient client;

  HttpFetcher(
      FetchSettings settings,
      ByteBudget budget,
      ArrayPool arrays,
      HopGate gate,
      LongConsumer fetched) {
    this.settings = settings;
    this.budget = budget;
    this.arrays = arrays;
    this.gate = gate;
    this.fetched = fetched;
    this.executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DaemonThreads("sightline-http"),
            new ThreadPoolExecutor.DiscardPolicy());
    executor.allowCoreThreadTimeOut(true);
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .executor(executor)
            .build();
  }

  void start(Fetch fetch, URI uri) {
    // No new request while others wait with theirs open.
    CompletableFuture<ByteBudget.Lease> turn = budget.acquire(1);
    fetch.cancelWith(turn);
    Futures.whenDone(
        turn,
        (lease, failure) -> {
          if (lease != null) {
            lease.close();
            fetch.deadline().run();
            go(fetch, uri, MAX_REDIRECTS, true);
          }
        });
  }

  @Override
  public void close() {
    client = null;
    gate.close();
    executor.shutdown();
  }

  private void go(Fetch fetch, URI uri, int redirectsLeft, boolean mayRepeat) {
    try {
      CompletableFuture<URI> checked = gate.check(uri);
      fetch.cancelWith(checked);
      Futures.whenDone(
          checked,
          (target, failure) -> {
            if (target != null) {
              send(fetch, target, redirectsLeft, mayRepeat);
            } else if (failure != null) {
              FetchErrors.requestFailed(fetch, uri.toString(), settings.connectTimeout(), failure);
            }
          });
    } catch (Throwable e) { // an Error, too, where the system has no thread left
      fetch.fail(e);
    }
  }

  /**
   * Asks for the image, a second time where {@code mayRepeat} and the connection was reset before
   * anything came: servers close idle connections, and may do so while a request is on its way (RFC
   * 9112, 9.3.1; GET may be repeated, RFC 9110, 9.2.2). The client itself repeats it only where the
   * connection came to an orderly end.
   */
  private void send(Fetch fetch, URI uri, int redirectsLeft, boolean mayRepeat) {
    HttpClient open = client;
    if (open == null) {
      fetch.result().cancel(false);
      return;
    }
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(uri).GET().build();
    } catch (IllegalArgumentException e) {
      fetch.reject(Reason.MALFORMED_URI, "can't be requested: it names no host");
      return;
    }
    AtomicBoolean answered = new AtomicBoolean();
    try {
      CompletableFuture<HttpResponse<@Nullable Object>> exchange =
          open.sendAsync(
              request,
              header -> {
                answered.set(true);
                return body(fetch, uri, header);
              });
      fetch.cancelWith(exchange);
      Futures.whenDone(
          exchange,
          (response, failure) -> {
            if (failure != null
                && mayRepeat
                && !answered.get()
                && !fetch.isDone()
                && FetchErrors.isReset(failure)) {
              go(fetch, uri, redirectsLeft, false); // the gate is asked again, too
            } else if (failure != null) {
              FetchErrors.requestFailed(fetch, uri.toString(), settings.connectTimeout(), failure);
            } else {
              answered(fetch, uri, response, redirectsLeft);
            }
          });
    } catch (RejectedExecutionException e) {
      fetch.result().cancel(false);
    } catch (RuntimeException e) {
      FetchErrors.requestFailed(fetch, uri.toString(), settings.connectTimeout(), e);
    }
  }

  /** Decides by the header what becomes of the body. */
  private BodySubscriber<@Nullable Object> body(
      Fetch fetch, URI uri, HttpResponse.ResponseInfo header) {
    int status = header.statusCode();
    if (status != 200) {
      if (!REDIRECTS.contains(status)) {
        // A body that never ends must not hide what the status has said.
        fetch.setOnTimeout(FetchErrors.status(fetch, status, header.headers()));
      }
      return new DiscardingBody();
    }
    long length;
    try {
      length = header.headers().firstValueAsLong("Content-Length").orElse(UNKNOWN);
    } catch (NumberFormatException e) {
      length = Long.MIN_VALUE;
    }
    if (length < UNKNOWN) {
      fetch.reject(Reason.IO_ERROR, "was answered with an impossible Content-Length");
      return new DiscardingBody();
    }
    if (length > settings.maxBytes()) {
      fetch.reject(
          Reason.TOO_LARGE,
          "has %d bytes, fetch.max-bytes is %d".formatted(length, settings.maxBytes()));
      return new DiscardingBody();
    }
    if (length == 0) {
      fetch.reject(Reason.EMPTY_CONTENT, "has no content");
      return new DiscardingBody();
    }
    return length == UNKNOWN
        ? ImageBody.ofUnknownLength(
            fetch, uri.toString(), settings.maxBytes(), budget, arrays, fetched)
        : ImageBody.ofLength(fetch, uri.toString(), (int) length, budget, arrays, fetched);
  }

  private void answered(
      Fetch fetch, URI uri, HttpResponse<@Nullable Object> response, int redirectsLeft) {
    int status = response.statusCode();
    if (status == 200) {
      return; // its body has ended the fetch
    }
    if (!REDIRECTS.contains(status)) {
      fetch.fail(FetchErrors.status(fetch, status, response.headers()));
      return;
    }
    if (redirectsLeft == 0) {
      fetch.reject(
          Reason.HTTP_STATUS, "was redirected more than %d times".formatted(MAX_REDIRECTS));
      return;
    }
    Optional<String> location = response.headers().firstValue("Location");
    URI target;
    try {
      target = location.map(uri::resolve).orElse(null);
    } catch (IllegalArgumentException e) {
      target = null;
    }
    if (target != null && !isFollowed(uri, target)) {
      fetch.reject(
          Reason.SCHEME_NOT_ALLOWED,
          "was redirected to %s, which is not followed".formatted(Uris.masked(target.toString())));
      return;
    }
    if (target == null || target.getHost() == null) {
      fetch.reject(
          Reason.HTTP_STATUS,
          "was answered with status %d and no usable Location".formatted(status));
      return;
    }
    go(fetch, target, redirectsLeft - 1, true);
  }

  private boolean isFollowed(URI from, URI to) {
    String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "https" -> settings.schemes().contains(scheme);
      case "http" ->
          settings.schemes().contains(scheme) && !"https".equalsIgnoreCase(from.getScheme());
      default -> false;
    };
  }
}
