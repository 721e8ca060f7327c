// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static io.sightline.fetch.FetchTests.copy;
import static io.sightline.fetch.FetchTests.get;
import static io.sightline.fetch.FetchTests.image;
import static io.sightline.fetch.FetchTests.patient;
import static io.sightline.fetch.FetchTests.reference;
import static io.sightline.fetch.FetchTests.rejection;
import static io.sightline.fetch.FetchTests.settings;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sightline.config.FetchSettings;
import io.sightline.config.OutageSettings.OnUnavailable;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.RemoteFileSystem;
import io.sightline.testing.RemoteFileSystem.Fault;
import io.sightline.testing.Settings;
import io.sightline.testing.TestKeystore;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an image whose store is down. */
class PatientFetchTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(250);

  private final byte[] bytes = image(1000);
  private final AtomicInteger asked = new AtomicInteger();
  private RawServer server;
  private ImageStore store;

  @TempDir Path folder;

  @BeforeEach
  void open() throws IOException {
    server = new RawServer();
    store = ImageStores.open(patient(LONG));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    server.close();
    RemoteFileSystem.reset();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530})
  void aStatusThatMayPassIsWaitedFor(int status) throws Exception {
    String header = "HTTP/1.1 %d x\nContent-Length: 4".formatted(status);
    String uri =
        afterwards(
            1, out -> out.write((header.replace("\n", "\r\n") + "\r\n\r\nbody").getBytes(UTF_8)));
    try (ImageBytes fetched = get(fetch(uri))) {
      assertThat(copy(fetched)).isEqualTo(bytes);
    }
    assertThat(asked).hasValue(2);
    assertThat(store.retries()).isEqualTo(1);
    assertThat(store.waiting()).isZero();
  }

  @Test
  void aConnectionThatBreaksOffBeforeOrWithinTheBodyIsMadeAnew() throws Exception {
    String hangUp =
        afterwards(
            1,
            out -> {
              throw new IOException("close");
            });
    get(fetch(hangUp)).close();
    asked.set(0);
    String cut =
        afterwards(
            1,
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: 1000");
              out.write(new byte[300]);
              out.flush();
              throw new IOException("close");
            });
    try (ImageBytes fetched = get(fetch(cut))) {
      assertThat(copy(fetched)).isEqualTo(bytes);
      assertThat(store.inflightBytes()).isEqualTo(bytes.length);
    }
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void anAnswerThatDoesNotComeInTimeIsAskedForAgain() throws Exception {
    reopen(
        new FetchSettings(
            Set.of("http"),
            FetchTests.MAX_BYTES,
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            Settings.outage(LONG, OnUnavailable.FAIL),
            2,
            10_000_000));
    String uri = afterwards(1, out -> server.stall());
    get(fetch(uri)).close();
    assertThat(asked).hasValue(2);
  }

  @Test
  void aHostThatComesUpIsReached() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    CompletableFuture<ImageBytes> fetch = fetch("http://127.0.0.1:" + port + "/a.jpg");
    await().until(() -> store.retries() >= 1);
    assertThat(fetch).isNotDone();
    try (ServerSocket up = new ServerSocket(port, 10, InetAddress.getLoopbackAddress())) {
      Thread thread =
          new Thread(
              () -> {
                try (var socket = up.accept()) {
                  RawServer.write(
                      socket.getOutputStream(), "HTTP/1.1 200 OK\nContent-Length: 1000");
                  socket.getOutputStream().write(bytes);
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // the test has what it wants, or fails
                }
              });
      thread.setDaemon(true);
      thread.start();
      get(fetch).close();
    }
  }

  @ParameterizedTest
  @CsvSource({"404, NOT_FOUND", "403, FORBIDDEN", "400, HTTP_STATUS", "501, HTTP_STATUS"})
  void aRefusalIsNotRepeated(int status, Reason reason) throws Exception {
    String uri = server.answer("/s", "HTTP/1.1 " + status + " x\nContent-Length: 0", new byte[0]);
    assertThat(rejection(fetch(uri), reason))
        .isNotInstanceOf(UnavailableException.class)
        .returns(1, RejectedException::attempts);
    assertThat(server.requests).hasValue(1);
  }

  @Test
  void aRefusalAfterAnOutageHasAllItsAttempts() throws Exception {
    String uri =
        server.script(
            "/gone",
            out ->
                RawServer.write(
                    out,
                    "HTTP/1.1 %d x\nContent-Length: 0"
                        .formatted(asked.incrementAndGet() == 1 ? 503 : 404)));
    assertThat(rejection(fetch(uri), Reason.NOT_FOUND).attempts()).isEqualTo(2);
  }

  @Test
  void whenPatienceIsOverItIsAnOutageWithItsAttempts() throws Exception {
    reopen(patient(SHORT));
    RejectedException outage = rejection(fetch(down("/a")), Reason.HTTP_STATUS);
    assertThat(outage).isInstanceOf(UnavailableException.class);
    assertThat(outage.attempts()).isGreaterThan(1).isEqualTo(server.requests.get());
    assertThat(outage.detail()).endsWith("was answered with status 503");
  }

  @Test
  void aHostThatNeverDeliveredIsAtFaultItselfOnceAnotherHasDelivered() throws Exception {
    reopen(patient(SHORT));
    try (RawServer stranger = new RawServer()) {
      stranger.script("/a", out -> RawServer.write(out, "HTTP/1.1 503 x\nContent-Length: 0"));
      get(fetch(ok("/good"))).close();
      assertThat(rejection(fetch(stranger.uri("/a")), Reason.HTTP_STATUS))
          .isNotInstanceOf(UnavailableException.class)
          .extracting(RejectedException::attempts)
          .isEqualTo(stranger.requests.get());
      assertThat(rejection(fetch(down("/b")), Reason.HTTP_STATUS))
          .isInstanceOf(UnavailableException.class);
      assertThat(store.outage(reference(stranger.uri("/c")))).isNull();
      assertThat(store.outage(reference(server.uri("/c")))).isNotNull();
    }
  }

  @Test
  void aFailedTlsHandshakeWithAHostThatHasDeliveredIsAnOutage() throws Exception {
    SSLContext withoutKey = SSLContext.getInstance("TLS");
    withoutKey.init(null, null, null);
    for (SSLContext tls : List.of(TestKeystore.create(folder).untrusted(), withoutKey)) {
      HttpsServer https =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      https.setHttpsConfigurator(new HttpsConfigurator(tls));
      https.start();
      try {
        String host = "https://127.0.0.1:" + https.getAddress().getPort();
        store.close();
        store = ImageStores.open(patient(SHORT), List.of(host));
        RejectedException outage = rejection(fetch(host + "/a"), Reason.IO_ERROR);
        assertThat(outage).isInstanceOf(UnavailableException.class);
        assertThat(outage.attempts()).isGreaterThan(1);
        assertThat(outage.detail()).contains("SSLHandshakeException");
      } finally {
        https.stop(0);
      }
    }
  }

  @Test
  void theNextStoreKnowsTheHostsOfTheOneBefore() throws Exception {
    get(fetch(ok("/good"))).close();
    List<String> known = store.knownHosts();
    assertThat(known).containsExactly(server.uri(""));
    store.close();
    store = ImageStores.open(patient(SHORT), known);
    assertThat(rejection(fetch(down("/b")), Reason.HTTP_STATUS))
        .isInstanceOf(UnavailableException.class);
    rejection(fetch("http://no-such-host.invalid/a"), Reason.IO_ERROR);
    assertThat(store.outage(reference("http://no-such-host.invalid/a"))).isNull();
  }

  /** Such as an image that is too slow for {@code fetch.timeout}, or that breaks its server. */
  @Test
  void anImageThatFailsWhileItsHostDeliversOthersIsAtFaultItself() throws Exception {
    // time for three more attempts: the first two pauses are at most 300 and 900 ms
    reopen(patient(Duration.ofMillis(2500)));
    String good = ok("/good");
    get(fetch(good)).close();
    String broken =
        server.script(
            "/broken",
            out -> {
              asked.incrementAndGet();
              RawServer.write(out, "HTTP/1.1 500 x\nContent-Length: 0");
            });
    CompletableFuture<ImageBytes> failing = fetch(broken);
    while (!failing.isDone()) {
      get(fetch(good)).close();
    }
    assertThat(rejection(failing, Reason.HTTP_STATUS))
        .isNotInstanceOf(UnavailableException.class)
        .extracting(RejectedException::attempts)
        .isEqualTo(asked.get());
  }

  /** Its patience has time for two attempts alone. */
  @Test
  void anImageThatIsPutOffWhileItsHostDeliversOthersIsAtFaultItself() throws Exception {
    reopen(patient(SHORT));
    String good = ok("/good");
    get(fetch(good)).close();
    CompletableFuture<ImageBytes> putOff =
        fetch(
            server.answer("/s", "HTTP/1.1 503 x\nRetry-After: 60\nContent-Length: 0", new byte[0]));
    while (!putOff.isDone()) {
      get(fetch(good)).close();
    }
    assertThat(rejection(putOff, Reason.HTTP_STATUS))
        .isNotInstanceOf(UnavailableException.class)
        .returns(2, RejectedException::attempts);
  }

  @Test
  void nothingIsHeldBetweenAttempts() throws Exception {
    String uri = down("/a");
    CompletableFuture<ImageBytes> fetch = fetch(uri);
    await().until(() -> store.retries() >= 2 && store.waiting() == 1);
    assertThat(store.inflightBytes()).isZero();
    assertThat(server.connections).hasValue(1); // one after the other, all on the same
    fetch.cancel(true);
    assertThat(store.waiting()).isZero();
    int requests = server.requests.get();
    get(fetch(ok("/good"))).close();
    assertThat(server.requests.get()).isLessThanOrEqualTo(requests + 2);
  }

  @Test
  void closingEndsWhatWaits() throws Exception {
    CompletableFuture<ImageBytes> fetch = fetch(down("/a"));
    await().until(() -> store.waiting() == 1);
    store.close();
    assertThat(fetch).isCompletedExceptionally();
  }

  @Test
  void aFileSystemThatFailsIsAskedAgainAndAFileThatIsForbiddenIsNot() throws Exception {
    Path file = Files.write(folder.resolve("flaky"), bytes);
    RemoteFileSystem.FAULTS.put("flaky", Fault.UNCHECKED);
    CompletableFuture<ImageBytes> fetch = fetch(RemoteFileSystem.uri(file));
    await().until(() -> RemoteFileSystem.OPENED.get() >= 2);
    RemoteFileSystem.FAULTS.clear();
    get(fetch).close();

    RemoteFileSystem.reset();
    RemoteFileSystem.FAULTS.put("flaky", Fault.DENIED);
    rejection(fetch(RemoteFileSystem.uri(file)), Reason.FORBIDDEN);
    assertThat(RemoteFileSystem.OPENED).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({
    "7, 7",
    "' 0 ', 0",
    "999999999, 86400",
    "'Tue, 24 Nov 2026 06:00:30 GMT', 30",
    "'Tue, 24 Nov 2026 05:00:00 GMT', 0",
    "-5, -1",
    "soon, -1",
    "99999999999999999999, -1"
  })
  void retryAfterIsSecondsOrADate(String value, long seconds) {
    HttpHeaders headers = HttpHeaders.of(Map.of("Retry-After", List.of(value)), (a, b) -> true);
    Duration parsed = FetchErrors.retryAfter(headers, Instant.parse("2026-11-24T06:00:00Z"));
    assertThat(parsed).isEqualTo(seconds < 0 ? null : Duration.ofSeconds(seconds));
  }

  @Test
  void aStoreThatSaysWhenIsAskedOnceMoreAtTheEndOfThePatience() throws Exception {
    reopen(patient(SHORT));
    String uri =
        server.answer("/s", "HTTP/1.1 429 x\nRetry-After: 3600\nContent-Length: 0", new byte[0]);
    assertThat(rejection(fetch(uri), Reason.HTTP_STATUS).attempts()).isEqualTo(2);
  }

  @Test
  void withoutPatienceAnImageIsAskedForOnce() throws Exception {
    reopen(settings());
    assertThat(rejection(fetch(down("/a")), Reason.HTTP_STATUS).attempts()).isEqualTo(1);
    assertThat(server.requests).hasValue(1);
  }

  @Test
  void aHostThatOutlastedThePatienceIsSparedUntilAProbeSucceedsWhereItIsAskedFor()
      throws Exception {
    store.close();
    store = ImageStores.open(patient(SHORT, OnUnavailable.RETRY), List.of(server.uri("")));
    rejection(fetch(down("/a")), Reason.HTTP_STATUS);
    int requests = server.requests.get();
    List<CompletableFuture<ImageBytes>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(fetch(server.uri("/a")));
    }
    int spared = 0;
    for (CompletableFuture<ImageBytes> each : all) {
      RejectedException outage = rejection(each, Reason.HTTP_STATUS);
      assertThat(outage).isInstanceOf(UnavailableException.class);
      spared += outage.attempts() == 0 ? 1 : 0;
    }
    assertThat(server.requests.get()).isLessThanOrEqualTo(requests + 3);
    assertThat(spared).isGreaterThanOrEqualTo(97);
    try (RawServer other = new RawServer()) {
      other.script("/b", this::give);
      get(fetch(other.uri("/b"))).close();
    }

    String good = ok("/good");
    await()
        .ignoreExceptions()
        .until(
            () -> {
              get(fetch(good)).close();
              return true;
            });
    get(fetch(good)).close();
  }

  @Test
  void aFetchThatCanNotWaitBecauseItsStoreClosesDoesNotCountAsWaiting() {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    timer.shutdownNow();
    LongAdder waiting = new LongAdder();
    Hosts hosts = new Hosts(List.of(), false, System::nanoTime);
    PatientFetch fetch =
        new PatientFetch(
            "http://host/a",
            "http://host",
            new PatientFetch.Context(patient(LONG), hosts, timer, waiting, new LongAdder()),
            attempt -> attempt.unavailable(Reason.IO_ERROR, "is down"));
    fetch.begin();

    assertThat(fetch.result()).isCancelled();
    assertThat(waiting.sum()).isZero();
  }

  /** A path that fails as often, and then gives the image. */
  private String afterwards(int failures, RawServer.Script failure) {
    return server.script(
        "/afterwards",
        out -> {
          if (asked.incrementAndGet() <= failures) {
            failure.answer(out);
          } else {
            give(out);
          }
        });
  }

  private void give(OutputStream out) throws IOException {
    RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: " + bytes.length);
    out.write(bytes);
  }

  private String ok(String path) {
    return server.script(path, this::give);
  }

  private String down(String path) {
    return server.answer(path, "HTTP/1.1 503 x\nContent-Length: 0", new byte[0]);
  }

  private CompletableFuture<ImageBytes> fetch(String uri) {
    return store.fetch(reference(uri));
  }

  private void reopen(FetchSettings settings) {
    store.close();
    store = ImageStores.open(settings);
  }
}
