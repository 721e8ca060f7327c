// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static io.sightline.fetch.FetchTests.MAX_BYTES;
import static io.sightline.fetch.FetchTests.copy;
import static io.sightline.fetch.FetchTests.get;
import static io.sightline.fetch.FetchTests.image;
import static io.sightline.fetch.FetchTests.reference;
import static io.sightline.fetch.FetchTests.rejection;
import static io.sightline.fetch.FetchTests.settings;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpFetcherTest {

  private static final Duration SHORT = Duration.ofMillis(400);

  private RawServer server;
  private ImageStore store;

  @BeforeEach
  void open() throws IOException {
    server = new RawServer();
    store = ImageStores.open(settings());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    server.close();
  }

  @Test
  void aBodyOfKnownLengthIsCountedWithItsLength() throws Exception {
    byte[] bytes = image(MAX_BYTES);
    try (ImageBytes fetched = get(fetch(ok("/a.jpg", bytes)))) {
      assertThat(copy(fetched)).isEqualTo(bytes);
      assertThat(store.inflightBytes()).isEqualTo(bytes.length);
    }
    assertThat(store.inflightBytes()).isZero();
    assertThat(store.bytesFetched()).isEqualTo(bytes.length);
  }

  @Test
  void aChunkedBodyComesWholeAndGivesItsSurplusBack() throws Exception {
    byte[] bytes = image(200_001);
    String uri =
        server.script(
            "/chunked",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked");
              for (int i = 0; i < bytes.length; i += 50_000) {
                int length = Math.min(50_000, bytes.length - i);
                out.write((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
                out.write(bytes, i, length);
                out.write("\r\n".getBytes(ISO_8859_1));
              }
              out.write("0\r\n\r\n".getBytes(ISO_8859_1));
            });
    try (ImageBytes fetched = get(fetch(uri))) {
      assertThat(copy(fetched)).isEqualTo(bytes);
      assertThat(store.inflightBytes()).isEqualTo(fetched.array().length);
      assertThat(fetched.array().length).isEqualTo(bytes.length);
    }
  }

  @Test
  void aBodyThatEndsWithItsConnectionComesWhole() throws Exception {
    byte[] bytes = image(100_000);
    String uri =
        server.script(
            "/close",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nConnection: close");
              out.write(bytes);
              throw new IOException("close");
            });
    try (ImageBytes fetched = get(fetch(uri))) {
      assertThat(copy(fetched)).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "404, NOT_FOUND",
    "410, NOT_FOUND",
    "401, FORBIDDEN",
    "403, FORBIDDEN",
    "500, HTTP_STATUS",
    "503, HTTP_STATUS",
    "206, HTTP_STATUS",
    "400, HTTP_STATUS",
    "304, HTTP_STATUS"
  })
  void aStatusThatIsNoSuccessHasItsReason(int status, Reason reason) throws Exception {
    String uri = server.answer("/s", "HTTP/1.1 " + status + " x\nContent-Length: 4", new byte[4]);
    RejectedException rejected =
        rejection(fetch(uri.replace("http://", "http://me:pw@") + "?signature=pw"), reason);
    assertThat(rejected.detail())
        .isEqualTo(uri + "?signature=*** was answered with status " + status);
  }

  @Test
  void anEmptyBodyIsRejected() throws Exception {
    String announced = server.answer("/a", "HTTP/1.1 200 OK\nContent-Length: 0", new byte[0]);
    rejection(fetch(announced), Reason.EMPTY_CONTENT);
    String chunked =
        server.answer(
            "/b", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", "0\r\n\r\n".getBytes(ISO_8859_1));
    rejection(fetch(chunked), Reason.EMPTY_CONTENT);
    rejection(fetch(server.answer("/c", "HTTP/1.1 204 No", new byte[0])), Reason.EMPTY_CONTENT);
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void aBodyAnnouncedAboveTheLimitIsRejectedBeforeItIsRead() throws Exception {
    for (String length : List.of("" + (MAX_BYTES + 1), "9000000000", "9223372036854775807")) {
      String uri =
          server.script(
              "/big",
              out -> {
                RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: " + length);
                out.write(new byte[100]);
                out.flush();
                server.stall();
              });
      rejection(fetch(uri), Reason.TOO_LARGE);
    }
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void aBodyWithoutLengthIsCutOffAtTheLimit() throws Exception {
    String uri =
        server.script(
            "/endless",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nConnection: close");
              while (true) {
                out.write(new byte[10_000]);
              }
            });
    rejection(fetch(uri), Reason.TOO_LARGE);
    assertThat(store.inflightBytes()).isZero();
    await().untilAsserted(() -> assertThat(server.gone).hasValue(1));
  }

  @Test
  void aBodyThatBreaksOffIsIncomplete() throws Exception {
    String uri =
        server.script(
            "/cut",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: 1000");
              out.write(new byte[300]);
              out.flush();
              throw new IOException("close");
            });
    assertThat(rejection(fetch(uri), Reason.INCOMPLETE).detail()).contains("300 of 1000 bytes");
    String chunked =
        server.script(
            "/cut-chunk",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked");
              out.write("ff\r\nabc".getBytes(ISO_8859_1));
              out.flush();
              throw new IOException("close");
            });
    rejection(fetch(chunked), Reason.INCOMPLETE);
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void whatComesBeyondTheAnnouncedLengthIsDropped() throws Exception {
    byte[] bytes = image(1000);
    String uri =
        server.script(
            "/more",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: 600");
              out.write(bytes);
            });
    try (ImageBytes fetched = get(fetch(uri))) {
      assertThat(copy(fetched)).isEqualTo(Arrays.copyOf(bytes, 600));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "many", "9999999999999999999", "1, 2"})
  void anImpossibleContentLengthIsRejected(String length) throws Exception {
    String uri = server.answer("/h", "HTTP/1.1 200 OK\nContent-Length: " + length, new byte[10]);
    rejection(fetch(uri), Reason.IO_ERROR);
  }

  @Test
  void aServerThatSpeaksNoHttpIsAnIoError() throws Exception {
    rejection(fetch(server.answer("/x", "SSH-2.0-OpenSSH", new byte[10])), Reason.IO_ERROR);
    String hangsUp =
        server.script(
            "/y",
            out -> {
              throw new IOException("close");
            });
    rejection(fetch(hangsUp), Reason.IO_ERROR);
  }

  @Test
  void aRefusedConnectionAndAnUnknownHostAreIoErrors() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    RejectedException refused =
        rejection(fetch("http://127.0.0.1:" + port + "/a?key=pw"), Reason.IO_ERROR);
    assertThat(refused.detail()).contains("gave no connection").doesNotContain("pw");
    assertThat(rejection(fetch("http://no-such-host.invalid/a"), Reason.IO_ERROR).detail())
        .isEqualTo("http://no-such-host.invalid/a names an unknown host");
  }

  @Test
  void aServerThatStallsTimesOutWhereverItStalls() throws Exception {
    String before = server.script("/before", out -> server.stall());
    String after =
        server.script(
            "/after",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: 1000");
              server.stall();
            });
    String middle =
        server.script(
            "/middle",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: 1000");
              out.write(new byte[500]);
              out.flush();
              server.stall();
            });
    for (String uri : List.of(before, after, middle)) {
      rejection(fetchWithin(SHORT, uri), Reason.FETCH_TIMEOUT);
      assertThat(store.inflightBytes()).isZero();
    }
  }

  @Test
  void aServerThatDripsTimesOutAndLosesItsConnection() throws Exception {
    String uri =
        server.script(
            "/drip",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: 100000");
              drip(out);
            });
    long start = System.nanoTime();
    rejection(fetchWithin(SHORT, uri), Reason.FETCH_TIMEOUT);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(store.inflightBytes()).isZero();
    await().untilAsserted(() -> assertThat(server.gone).hasValue(1));
  }

  @Test
  void aDrippingHeaderTimesOut() throws Exception {
    String uri =
        server.script(
            "/drip",
            out -> {
              out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(ISO_8859_1));
              drip(out);
            });
    rejection(fetchWithin(SHORT, uri), Reason.FETCH_TIMEOUT);
  }

  @Test
  void anErrorWhoseBodyNeverEndsKeepsItsReason() throws Exception {
    String uri =
        server.script(
            "/drip",
            out -> {
              RawServer.write(out, "HTTP/1.1 404 No\nContent-Length: 100000");
              drip(out);
            });
    rejection(fetchWithin(SHORT, uri), Reason.NOT_FOUND);
    String endless =
        server.script(
            "/endless",
            out -> {
              RawServer.write(out, "HTTP/1.1 403 No\nConnection: close");
              while (true) {
                out.write(new byte[10_000]);
              }
            });
    rejection(fetch(endless), Reason.FORBIDDEN);
  }

  @Test
  void redirectsAreFollowedWhateverTheirStatus() throws Exception {
    byte[] bytes = image(5000);
    ok("/a.jpg", bytes);
    for (int status : new int[] {301, 302, 303, 307, 308}) {
      String uri =
          server.answer(
              "/r", "HTTP/1.1 " + status + " x\nLocation: a.jpg\nContent-Length: 3", new byte[3]);
      try (ImageBytes fetched = get(fetch(uri))) {
        assertThat(copy(fetched)).isEqualTo(bytes);
      }
    }
  }

  @Test
  void redirectsGoNoFartherThanFiveHops() throws Exception {
    ok("/0", image(10));
    for (int i = 1; i <= 6; i++) {
      redirect("/" + i, "/" + (i - 1));
    }
    get(fetch(server.uri("/5"))).close();
    assertThat(rejection(fetch(server.uri("/6")), Reason.HTTP_STATUS).detail())
        .contains("more than 5 times");
    rejection(fetch(redirect("/loop", "/loop")), Reason.HTTP_STATUS);
  }

  @ParameterizedTest
  @CsvSource({
    "file:///etc/passwd, SCHEME_NOT_ALLOWED",
    "ftp://127.0.0.1/a?key=pw, SCHEME_NOT_ALLOWED",
    "remote:///a, SCHEME_NOT_ALLOWED",
    "http://, HTTP_STATUS",
    "http:opaque, HTTP_STATUS",
    "'http://a b/', HTTP_STATUS"
  })
  void aRedirectToElsewhereIsNotFollowed(String location, Reason reason) throws Exception {
    RejectedException rejected = rejection(fetch(redirect("/r", location)), reason);
    assertThat(rejected.detail()).doesNotContain("pw");
  }

  @Test
  void aRedirectWithoutALocationIsRejected() throws Exception {
    String uri = server.answer("/r", "HTTP/1.1 302 x\nContent-Length: 0", new byte[0]);
    assertThat(rejection(fetch(uri), Reason.HTTP_STATUS).detail()).contains("no usable Location");
  }

  @Test
  void theGateIsAskedBeforeEveryHopAndCanEndTheFetch() throws Exception {
    ok("/a.jpg", image(10));
    String first = redirect("/r", "/a.jpg");
    List<URI> asked = new CopyOnWriteArrayList<>();
    HopGate gate =
        uri -> {
          asked.add(uri);
          return asked.size() < 2
              ? CompletableFuture.completedFuture(uri)
              : CompletableFuture.failedFuture(
                  new RejectedException(Reason.FORBIDDEN, "not this host"));
        };
    try (ImageStore gated = ImageStores.open(settings(), gate)) {
      assertThat(rejection(gated.fetch(reference(first)), Reason.FORBIDDEN).detail())
          .isEqualTo("not this host");
    }
    assertThat(asked).containsExactly(URI.create(first), URI.create(server.uri("/a.jpg")));
    assertThat(server.requests).hasValue(1);
  }

  @Test
  void namesWhoseLookUpHangsHoldUpNoOtherHost() throws Exception {
    CountDownLatch hanging = new CountDownLatch(8);
    List<String> lookedUp = new CopyOnWriteArrayList<>();
    NameGate gate =
        new NameGate(
            host -> {
              lookedUp.add(host);
              hanging.countDown();
              if (!host.equals("localhost")) {
                new CountDownLatch(1).await();
              }
            });
    String uri = ok("/a.jpg", image(10));
    try (ImageStore gated = ImageStores.open(settings(), gate)) {
      List<CompletableFuture<ImageBytes>> waiting = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        waiting.add(gated.fetch(reference("http://host-%d.invalid/a.jpg".formatted(i % 8))));
      }
      hanging.await();
      get(gated.fetch(reference(uri))).close();
      get(gated.fetch(reference(uri.replace("127.0.0.1", "LOCALHOST")))).close();
      assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }
    assertThat(lookedUp).hasSize(9).doesNotHaveDuplicates().contains("localhost");
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith("sightline-http-names")));
  }

  @Test
  void aNameIsLeftToTheProxyWhereThereIsOne() throws Exception {
    server.answer("/a.jpg", "HTTP/1.1 200 OK\nContent-Length: 10", image(10));
    int port = URI.create(server.uri("/")).getPort();
    ProxySelector before = ProxySelector.getDefault();
    ProxySelector.setDefault(
        ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    try (ImageStore proxied = ImageStores.open(settings())) {
      get(proxied.fetch(reference("http://no-such-host.invalid/a.jpg"))).close();
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  @Test
  void manyImagesAreFetchedAtOnceWithinTheBudget() throws Exception {
    reopen(Duration.ofSeconds(20), 100_000);
    byte[] bytes = image(30_000);
    String uri = ok("/a.jpg", bytes);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(
          fetch(uri)
              .thenAccept(
                  fetched -> {
                    assertThat(store.inflightBytes()).isLessThanOrEqualTo(100_000);
                    assertThat(copy(fetched)).isEqualTo(bytes);
                    fetched.close();
                  }));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void waitingForTheBudgetDoesNotCountAsTheServersTime() throws Exception {
    reopen(SHORT, 1000);
    String uri = ok("/a.jpg", image(900));
    ImageBytes held = get(fetch(uri));
    CompletableFuture<ImageBytes> waiting = fetch(uri);
    Thread.sleep(3 * SHORT.toMillis());
    assertThat(waiting).isNotDone();
    assertThat(store.inflightBytes()).isEqualTo(900);
    held.close();
    get(waiting).close();
  }

  @Test
  void aCancelledFetchGivesBackItsBytesAndItsConnection() throws Exception {
    String uri =
        server.script(
            "/slow",
            out -> {
              RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: 100000");
              drip(out);
            });
    CompletableFuture<ImageBytes> fetch = fetch(uri);
    await().until(() -> store.inflightBytes() == 100_000);
    fetch.cancel(true);
    assertThat(store.inflightBytes()).isZero();
    await().untilAsserted(() -> assertThat(server.gone).hasValue(1));
  }

  @Test
  void closingEndsWhatIsUnderWayAndInTimeTheClientsOwnThread() throws Exception {
    long before = selectorThreads();
    ImageStore closing = ImageStores.open(settings());
    String stalled = server.script("/stall", out -> server.stall());
    get(closing.fetch(reference(ok("/a.jpg", image(10))))).close();
    CompletableFuture<ImageBytes> fetch = closing.fetch(reference(stalled));
    await().untilAsserted(() -> assertThat(server.requests).hasValue(2));
    closing.close();
    assertThat(fetch).isCompletedExceptionally();
    assertThat(closing.fetch(reference(stalled))).isCompletedExceptionally();
    assertThat(closing.inflightBytes()).isZero();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(selectorThreads()).isLessThanOrEqualTo(before);
            });
  }

  private static long selectorThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("HttpClient-\\d+-SelectorManager"))
        .count();
  }

  private static void drip(OutputStream out) throws Exception {
    while (true) {
      out.write('x');
      out.flush();
      Thread.sleep(20);
    }
  }

  private String ok(String path, byte[] body) {
    return server.answer(path, "HTTP/1.1 200 OK\nContent-Length: " + body.length, body);
  }

  private String redirect(String path, String location) {
    return server.answer(
        path, "HTTP/1.1 302 Found\nContent-Length: 0\nLocation: " + location, new byte[0]);
  }

  private CompletableFuture<ImageBytes> fetch(String uri) {
    return store.fetch(reference(uri));
  }

  private CompletableFuture<ImageBytes> fetchWithin(Duration timeout, String uri) {
    reopen(timeout, 10_000_000);
    return fetch(uri);
  }

  private void reopen(Duration timeout, long maxInflightBytes) {
    store.close();
    store = ImageStores.open(settings(timeout, maxInflightBytes));
  }
}
