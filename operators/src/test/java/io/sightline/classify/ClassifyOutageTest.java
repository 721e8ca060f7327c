// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.sightline.config.FetchSettings;
import io.sightline.config.OutageSettings.OnUnavailable;
import io.sightline.model.ModelDescriptor;
import io.sightline.schemas.FetchAttempts;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.schemas.Retry;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.Settings;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the operator makes of a store that is down. */
@Timeout(60)
class ClassifyOutageTest {

  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(200);

  @TempDir Path folder;

  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch stalled = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private ModelDescriptor model;
  private Duration patience = SHORT;
  private OnUnavailable onUnavailable = OnUnavailable.FAIL;
  private volatile int status = 200;

  @BeforeEach
  void start() throws IOException {
    model = Models.write(folder, OnnxGraphs.classifier(6, 8, 8));
    byte[] image = TestImages.solid(".png", 12, 10, 100, 50, 60);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            requests.incrementAndGet();
            if (status == 0) {
              stalled.await();
            }
            boolean up = status == 200;
            exchange.sendResponseHeaders(status, up ? image.length : -1);
            if (up) {
              exchange.getResponseBody().write(image);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    stalled.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void anOutageThatPassesWithinThePatienceIsNotSeen() throws Exception {
    patience = Duration.ofMinutes(1);
    status = 503;
    try (var harness = open(null)) {
      harness.processElement(reference("a"), 0);
      await().until(() -> requests.get() >= 2);
      status = 200;
      harness.endInput();
      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(outcome -> assertThat(outcome.event()).isNotNull());
    }
  }

  @Test
  void anOutageThatLastsFailsTheTaskWithItsCauseAndNoSecret() throws Exception {
    status = 503;
    try (var harness = open(null)) {
      assertThatThrownBy(
              () -> {
                harness.processElement(reference("a"), 0);
                harness.endInput();
              })
          .satisfies(
              e ->
                  assertThat(stackTrace(e))
                      .contains(uri("a") + "?signature=*** was answered with status 503")
                      .contains("fetch.on-unavailable is fail")
                      .doesNotContain("secret"));
      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }

  @Test
  void anOutageThatLastsIsARejectionWithItsAttemptsWhereTheOptionSaysSo() throws Exception {
    onUnavailable = OnUnavailable.REJECT;
    status = 503;
    try (var harness = open(null)) {
      harness.processElement(reference("a"), 0);
      harness.endInput();
      Rejection rejection = harness.extractOutputValues().get(0).rejection();
      assertThat(rejection.getStage()).isEqualTo("fetch");
      assertThat(rejection.getReason()).isEqualTo("http-status");
      assertThat(rejection.getAttempts()).isEqualTo(requests.get()).isGreaterThan(1);
    }
  }

  @Test
  void anOutageThatLastsIsARetryAndWhenItIsTooOldARejectionWithAllAttempts() throws Exception {
    onUnavailable = OnUnavailable.RETRY;
    status = 503;
    Retry retry;
    try (var harness = open(null)) {
      harness.processElement(reference("a"), 0);
      harness.endInput();
      retry = harness.extractOutputValues().get(0).retry();
    }
    int attempts = requests.get();
    assertThat(retry.getReference().getUri()).endsWith("signature=secret");
    assertThat(retry.getDetail()).doesNotContain("secret");
    FetchAttempts soFar = retry.getReference().getFetchAttempts();
    assertThat(soFar.getAttempts()).isEqualTo(attempts);

    soFar.setFirstFailedAt(soFar.getFirstFailedAt().minus(Duration.ofDays(1)));
    try (var harness = open(null)) {
      harness.processElement(retry.getReference(), 0);
      harness.endInput();
      Rejection rejection = harness.extractOutputValues().get(0).rejection();
      assertThat(rejection.getReason()).isEqualTo("http-status");
      assertThat(rejection.getAttempts()).isEqualTo(requests.get()).isGreaterThan(attempts);
    }
  }

  @Test
  void aReferenceToADeadHostIsRejectedWhileOthersAreClassified() throws Exception {
    try (var harness = open(null)) {
      harness.processElement(reference("a"), 0);
      harness.endInput();
      harness.processElement(reference("dead", "http://no-such-host.invalid/a"), 0);
      harness.processElement(reference("b"), 0);
      harness.endInput();
      assertThat(harness.extractOutputValues()).hasSize(3);
      assertThat(harness.extractOutputValues())
          .filteredOn(outcome -> outcome.rejection() != null)
          .singleElement()
          .satisfies(
              outcome -> {
                assertThat(outcome.rejection().getReferenceId()).isEqualTo("dead");
                assertThat(outcome.rejection().getAttempts()).isGreaterThan(1);
              });
    }
  }

  @Test
  void aReferenceToADeadHostIsRejectedWhileInlineImagesAreClassifiedAndAfterARestore()
      throws Exception {
    OperatorSubtaskState state;
    try (var harness = open(null)) {
      harness.processElement(reference("dead", "http://no-such-host.invalid/a"), 0);
      harness.processElement(inline("a"), 0);
      harness.endInput();
      assertThat(harness.extractOutputValues())
          .extracting(outcome -> outcome.rejection() == null)
          .containsExactlyInAnyOrder(true, false);
      state = harness.snapshot(1, 1);
    }
    try (var harness = open(state)) {
      harness.processElement(reference("dead", "http://no-such-host.invalid/a"), 0);
      harness.endInput();
      assertThat(harness.extractOutputValues().get(0).rejection().getReason())
          .isEqualTo("io-error");
    }
  }

  @Test
  void hostsThatDeliveredAreKnownAfterARestore() throws Exception {
    OperatorSubtaskState state;
    try (var harness = open(null)) {
      harness.processElement(reference("a"), 0);
      harness.endInput();
      state = harness.snapshot(1, 1);
    }
    try (var harness = open(state)) {
      List<String> known = new ArrayList<>();
      harness
          .getOperator()
          .getOperatorStateBackend()
          .getUnionListState(new ListStateDescriptor<>("known-hosts", Types.STRING))
          .get()
          .forEach(known::add);
      assertThat(known).containsExactly(uri("").replaceFirst("/$", ""));
      // Were none known, this one might be down.
      harness.processElement(reference("dead", "http://no-such-host.invalid/a"), 0);
      harness.endInput();
      assertThat(harness.extractOutputValues().get(0).rejection().getReason())
          .isEqualTo("io-error");
    }
  }

  @Test
  void aReferenceThatTimesOutBehindAnOutageOfItsHostMeetsTheOutage() throws Exception {
    patience = Duration.ofMinutes(1);
    status = 503;
    try (var harness = open(null)) {
      harness.processElement(reference("a"), 0);
      await().until(() -> requests.get() >= 2);
      assertThatThrownBy(
              () -> {
                harness.setProcessingTime(TIMEOUT.toMillis());
                harness.endInput();
              })
          .satisfies(e -> assertThat(stackTrace(e)).contains("was answered with status 503"));
    }
  }

  @Test
  void aReferenceThatTimesOutWithoutAnOutageIsRejected() throws Exception {
    status = 0; // it stalls, and fetch.timeout is not over yet
    try (var harness = open(null)) {
      harness.processElement(reference("a"), 0);
      await().until(() -> requests.get() == 1);
      harness.setProcessingTime(TIMEOUT.toMillis());
      harness.endInput();
      assertThat(harness.extractOutputValues().get(0).rejection().getReason())
          .isEqualTo("classify-timeout");
    }
  }

  /** Which parse finds first in the jobs, and nobody does in a job of one's own. */
  @Test
  void aUriThatNamesNoHostIsOneRejectionAndNoFailure() throws Exception {
    try (var harness = open(null)) {
      harness.processElement(reference("a", "http://image_store/a.jpg"), 0);
      harness.processElement(reference("b"), 0);
      harness.endInput();
      assertThat(harness.extractOutputValues())
          .extracting(Outcome::rejection)
          .filteredOn(Objects::nonNull)
          .singleElement()
          .satisfies(rejection -> assertThat(rejection.getReason()).isEqualTo("malformed-uri"));
      assertThat(harness.extractOutputValues()).hasSize(2);
    }
  }

  private OneInputStreamOperatorTestHarness<ImageReference, Outcome> open(
      OperatorSubtaskState state) throws Exception {
    var harness =
        new TestOperator(model)
            .fetch(
                new FetchSettings(
                    Set.of("http"),
                    1 << 20,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(50),
                    Settings.outage(patience, onUnavailable),
                    2,
                    1 << 24))
            .capacity(20)
            .timeout(TIMEOUT)
            .harness();
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  private ImageReference reference(String id) {
    return reference(id, uri(id) + "?signature=secret");
  }

  private static ImageReference reference(String id, String uri) {
    return ImageReference.newBuilder().setId(id).setUri(uri).setAttributes(Map.of()).build();
  }

  private static ImageReference inline(String id) {
    byte[] image = TestImages.solid(".png", 12, 10, 100, 50, 60);
    return ImageReference.newBuilder()
        .setId(id)
        .setContent(ByteBuffer.wrap(image))
        .setAttributes(Map.of())
        .build();
  }

  private String uri(String path) {
    return "http://127.0.0.1:%d/%s".formatted(server.getAddress().getPort(), path);
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
