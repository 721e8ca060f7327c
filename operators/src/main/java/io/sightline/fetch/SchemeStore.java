// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.config.FetchSettings;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Uris;
import io.sightline.schemas.ImageReference;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Chooses by the reference's scheme who brings its bytes. */
final class SchemeStore implements ImageStore {

  private static final long MAX_IDLE_BYTES = 32 << 20;
  private static final long MAX_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final FetchSettings settings;
  private final ByteBudget budget;
  private final FileFetcher files;
  private final HttpFetcher http;
  private final ScheduledExecutorService timer;
  private final Hosts hosts;
  private final LongAdder bytesFetched = new LongAdder();
  private final LongAdder waiting = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final PatientFetch.Context context;
  private final Set<PatientFetch> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private SchemeStore(
      FetchSettings settings, HopGate gate, Hosts hosts, Function<String, ThreadFactory> threads) {
    this.settings = settings;
    this.hosts = hosts;
    this.budget = new ByteBudget(settings.maxInflightBytes());
    ArrayPool arrays = new ArrayPool(Math.min(MAX_IDLE_BYTES, settings.maxInflightBytes() / 4));
    this.files =
        new FileFetcher(
            settings.threads(),
            threads.apply("sightline-fetch"),
            settings.maxBytes(),
            budget,
            arrays,
            bytesFetched::add);
    this.http = new HttpFetcher(settings, budget, arrays, gate, bytesFetched::add);
    this.timer = Executors.newSingleThreadScheduledExecutor(threads.apply("sightline-fetch-timer"));
    this.context = new PatientFetch.Context(settings, hosts, timer, waiting, retries);
  }

  /**
   * Opens a store with its threads.
   *
   * @param threads makes the threads of a name
   * @throws OutOfMemoryError where the system has no thread left; then the store leaves none either
   */
  static SchemeStore open(
      FetchSettings settings, HopGate gate, Hosts hosts, Function<String, ThreadFactory> threads) {
    SchemeStore store = new SchemeStore(settings, gate, hosts, threads);
    try {
      store.startThreads();
    } catch (Throwable e) {
      store.close();
      throw e;
    }
    return store;
  }

  private void startThreads() {
    files.startThreads();
    long tick = Math.max(1, Math.min(MAX_TICK_NANOS, settings.timeout().toNanos() / 20));
    var unused = timer.scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.NANOSECONDS);
  }

  private void tick() {
    files.tick();
    underWay.forEach(PatientFetch::expireIfOver);
  }

  @Override
  public CompletableFuture<ImageBytes> fetch(ImageReference reference) {
    ByteBuffer content = reference.getContent();
    if (content != null) {
      return inline(content);
    }
    String uri = reference.getUri();
    if (uri == null) {
      return rejected(Reason.NO_SINGLE_CONTENT, "the reference has neither uri nor content");
    }
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) {
      return rejected(Reason.MALFORMED_URI, Uris.masked(uri) + " is not a URI");
    }
    String scheme = String.valueOf(parsed.getScheme()).toLowerCase(Locale.ROOT);
    if (!settings.schemes().contains(scheme)) {
      return rejected(
          Reason.SCHEME_NOT_ALLOWED,
          "%s: fetch.schemes does not list %s".formatted(Uris.masked(uri), scheme));
    }
    try {
      Uris.checkFile(parsed);
    } catch (RejectedException e) {
      return CompletableFuture.failedFuture(e);
    }
    boolean byHttp = Uris.isHttp(scheme);
    PatientFetch fetch =
        new PatientFetch(
            uri,
            Hosts.of(parsed),
            context,
            attempt -> {
              if (byHttp) {
                http.start(attempt, parsed);
              } else {
                files.start(attempt, parsed);
              }
            });
    underWay.add(fetch);
    CompletableFuture<ImageBytes> result = fetch.result();
    Futures.whenDone(result, (bytes, failure) -> underWay.remove(fetch));
    if (closed) {
      result.cancel(false);
    } else {
      fetch.begin();
    }
    return result;
  }

  @Override
  public @Nullable UnavailableException outage(ImageReference reference) {
    String uri = reference.getUri();
    try {
      return uri == null ? null : hosts.outage(Hosts.of(new URI(uri)));
    } catch (URISyntaxException e) {
      return null;
    }
  }

  @Override
  public List<String> knownHosts() {
    return hosts.known();
  }

  @Override
  public long retries() {
    return retries.sum();
  }

  @Override
  public long waiting() {
    return waiting.sum();
  }

  @Override
  public long inflightBytes() {
    return budget.held();
  }

  @Override
  public long bytesFetched() {
    return bytesFetched.sum();
  }

  @Override
  public void close() {
    closed = true;
    budget.close();
    List.copyOf(underWay).forEach(fetch -> fetch.result().cancel(true));
    timer.shutdownNow();
    files.close();
    http.close();
  }

  private CompletableFuture<ImageBytes> inline(ByteBuffer content) {
    int length = content.remaining();
    if (length == 0) {
      return rejected(Reason.EMPTY_CONTENT, "the inline content is empty");
    }
    byte[] array;
    int offset;
    if (content.hasArray()) {
      array = content.array();
      offset = content.arrayOffset() + content.position();
    } else {
      array = new byte[length];
      offset = 0;
      content.duplicate().get(array);
    }
    hosts.delivered(Hosts.INLINE);
    return CompletableFuture.completedFuture(
        new LeasedBytes(array, offset, length, budget.take(length), null));
  }

  private static CompletableFuture<ImageBytes> rejected(Reason reason, String detail) {
    return CompletableFuture.failedFuture(new RejectedException(reason, detail));
  }
}
