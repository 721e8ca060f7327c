// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Looks the host of each request up before it is sent, on threads of its own, each name once at a
 * time. The HTTP client would do so on the threads that read for all hosts, and a name server that
 * does not answer for one would stop all; now the JVM's cache answers it. Thread-safe.
 */
final class NameGate implements HopGate {

  /** So many names may hang at once. */
  private static final int THREADS = 32;

  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*");

  /** Looks a host name up, and blocks meanwhile. */
  interface Resolver {
    void lookUp(String host) throws Exception;
  }

  private final Resolver resolver;
  private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new DaemonThreads("sightline-http-names"),
          new ThreadPoolExecutor.DiscardPolicy());

  NameGate(Resolver resolver) {
    this.resolver = resolver;
    executor.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletableFuture<URI> check(URI uri) {
    String host = uri.getHost();
    if (host == null || ADDRESS.matcher(host).matches() || isProxied(uri)) {
      return CompletableFuture.completedFuture(uri);
    }
    // Whoever cancels theirs leaves the look-up to the others.
    return underWay
        .computeIfAbsent(host.toLowerCase(Locale.ROOT), this::lookUp)
        .thenApply(unused -> uri);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private CompletableFuture<Void> lookUp(String host) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    executor.execute(
        () -> {
          try {
            resolver.lookUp(host);
            underWay.remove(host);
            done.complete(null);
          } catch (Throwable e) {
            underWay.remove(host);
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  /** Whether the client leaves the look-up to a proxy, as it does where the system names one. */
  private static boolean isProxied(URI uri) {
    ProxySelector proxies = ProxySelector.getDefault();
    List<Proxy> forUri = proxies == null ? List.of() : proxies.select(uri);
    return !forUri.isEmpty() && forUri.get(0).type() == Proxy.Type.HTTP;
  }
}
