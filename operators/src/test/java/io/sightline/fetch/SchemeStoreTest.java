// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static io.sightline.fetch.FetchTests.MAX_BYTES;
import static io.sightline.fetch.FetchTests.copy;
import static io.sightline.fetch.FetchTests.get;
import static io.sightline.fetch.FetchTests.image;
import static io.sightline.fetch.FetchTests.reference;
import static io.sightline.fetch.FetchTests.rejection;
import static io.sightline.fetch.FetchTests.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.RefusedThread;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.apache.flink.core.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemeStoreTest {

  private ImageStore store = ImageStores.open(settings());

  @TempDir Path folder;

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void inlineContentIsHandedOverWithoutACopyAndCountedUntilItIsClosed() throws Exception {
    byte[] bytes = image(100);
    ImageBytes content = get(store.fetch(inline(ByteBuffer.wrap(bytes, 10, 50))));
    assertThat(content.array()).isSameAs(bytes);
    assertThat(content.offset()).isEqualTo(10);
    assertThat(content.length()).isEqualTo(50);
    assertThat(store.inflightBytes()).isEqualTo(50);
    content.close();
    content.close();
    assertThat(store.inflightBytes()).isZero();
    assertThat(store.bytesFetched()).isZero();
  }

  @Test
  void inlineContentInAReadOnlyBufferIsCopied() throws Exception {
    byte[] bytes = image(100);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    try (ImageBytes content = get(store.fetch(inline(buffer)))) {
      assertThat(copy(content)).isEqualTo(bytes);
      assertThat(buffer.remaining()).isEqualTo(100);
    }
  }

  @Test
  void inlineContentDoesNotWaitAndMakesFetchesWait() throws Exception {
    reopen(Duration.ofSeconds(20), 1_000);
    ImageBytes inline = get(store.fetch(inline(ByteBuffer.wrap(image(5_000)))));
    CompletableFuture<ImageBytes> file = store.fetch(reference(write("a.jpg", image(10))));
    Thread.sleep(100);
    assertThat(file).isNotDone();
    inline.close();
    get(file).close();
  }

  @Test
  void aFileIsReadWhole() throws Exception {
    byte[] bytes = image(200_000);
    try (ImageBytes read = get(store.fetch(reference(write("a b%.jpg", bytes))))) {
      assertThat(copy(read)).isEqualTo(bytes);
      assertThat(read.length()).isEqualTo(bytes.length);
      assertThat(store.inflightBytes()).isEqualTo(bytes.length);
    }
    assertThat(store.inflightBytes()).isZero();
    assertThat(store.bytesFetched()).isEqualTo(bytes.length);
  }

  @Test
  void filesThatCanNotBeReadHaveTheirReasons() throws Exception {
    String none = folder.resolve("none.jpg").toUri().toString();
    assertThat(rejection(store.fetch(reference(none)), Reason.NOT_FOUND).detail())
        .isEqualTo(none + " does not exist");
    rejection(store.fetch(reference(folder.toUri().toString())), Reason.NOT_FOUND);
    rejection(store.fetch(reference(write("empty", new byte[0]))), Reason.EMPTY_CONTENT);
    rejection(store.fetch(reference(write("big", image(MAX_BYTES + 1)))), Reason.TOO_LARGE);
    get(store.fetch(reference(write("largest", image(MAX_BYTES))))).close();
    rejection(store.fetch(inline(ByteBuffer.allocate(0))), Reason.EMPTY_CONTENT);
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void pathsThatCanNotBeThereAreNotFoundAndNoOutage() throws Exception {
    String file = write("file.jpg", image(10));
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    List<String> uris =
        List.of(
            file + "/below.jpg",
            folder.toUri() + "a".repeat(300) + ".jpg",
            folder.toUri() + "a%00.jpg",
            loop.toUri().toString());
    for (String uri : uris) {
      assertThat(rejection(store.fetch(reference(uri)), Reason.NOT_FOUND).detail())
          .endsWith("does not exist");
    }
    assertThat(store.retries()).isZero();
  }

  @Test
  void aLinkIsReadLikeItsFile() throws Exception {
    write("file.jpg", image(10));
    Path link = Files.createSymbolicLink(folder.resolve("link.jpg"), Path.of("file.jpg"));
    try (ImageBytes bytes = get(store.fetch(reference(link.toUri().toString())))) {
      assertThat(copy(bytes)).isEqualTo(image(10));
    }
  }

  @Test
  void schemesThatAreNotListedOrNotServedAreRejected() throws Exception {
    rejection(store.fetch(reference("ftp://host/a.jpg")), Reason.SCHEME_NOT_ALLOWED);
    rejection(store.fetch(reference("s9://host/a")), Reason.SCHEME_NOT_ALLOWED);
    rejection(store.fetch(reference("no-scheme.jpg")), Reason.SCHEME_NOT_ALLOWED);
    rejection(store.fetch(reference("http://a b/")), Reason.MALFORMED_URI);
    rejection(store.fetch(reference("http:///no-host.jpg")), Reason.MALFORMED_URI);
    assertThat(
            rejection(
                    store.fetch(reference("ftp://user:pw@host/a.jpg?token=pw")),
                    Reason.SCHEME_NOT_ALLOWED)
                .detail())
        .contains("ftp://host/a.jpg")
        .doesNotContain("pw");
  }

  /** Flink would call it an error like that of a store that is down. */
  @Test
  void aFileUriThatNamesAHostIsMalformedAndNoOutage() throws Exception {
    String file = write("a.jpg", image(10));
    for (String host : List.of("images", "localhost", "me:pw@images")) {
      String uri = file.replaceFirst("^file:/+", "file://" + host + "/");
      assertThatThrownBy(() -> FileSystem.get(URI.create(uri)))
          .hasMessageContaining("local file path with authority");
      RejectedException rejected = rejection(store.fetch(reference(uri)), Reason.MALFORMED_URI);
      assertThat(rejected).isNotInstanceOf(UnavailableException.class);
      assertThat(rejected.detail()).contains("write file:///").doesNotContain("pw");
    }
    for (String slashes : List.of("file:/", "file:///")) {
      get(store.fetch(reference(file.replaceFirst("^file:/+", slashes)))).close();
    }
  }

  @Test
  void theNextFileIsReadIntoTheArrayOfTheOneBefore() throws Exception {
    byte[] first;
    try (ImageBytes read = get(store.fetch(reference(write("a.jpg", image(200_000)))))) {
      first = read.array();
    }
    try (ImageBytes read = get(store.fetch(reference(write("b.jpg", image(199_000)))))) {
      assertThat(read.array()).isSameAs(first);
      assertThat(copy(read)).isEqualTo(image(199_000));
    }
  }

  @Test
  void manyFilesAreReadWithinTheBudget() throws Exception {
    reopen(Duration.ofSeconds(20), 50_000);
    String uri = write("a.jpg", image(20_000));
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(
          store
              .fetch(reference(uri))
              .thenAccept(
                  bytes -> {
                    assertThat(store.inflightBytes()).isLessThanOrEqualTo(50_000);
                    bytes.close();
                  }));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
    assertThat(store.inflightBytes()).isZero();
    assertThat(store.bytesFetched()).isEqualTo(200 * 20_000);
  }

  @Test
  void waitingForTheBudgetDoesNotCountAsTheFilesTime() throws Exception {
    reopen(Duration.ofMillis(200), 1_000);
    ImageBytes held = get(store.fetch(reference(write("a.jpg", image(1_000)))));
    CompletableFuture<ImageBytes> waiting = store.fetch(reference(write("b.jpg", image(10))));
    Thread.sleep(600);
    assertThat(waiting).isNotDone();
    held.close();
    get(waiting).close();
  }

  @Test
  void aCancelledFetchGivesUpItsPlaceInTheQueue() throws Exception {
    store.close();
    store = ImageStores.open(settings(Duration.ofSeconds(20), 1_000, 1));
    ImageBytes held = get(store.fetch(reference(write("a.jpg", image(900)))));
    CompletableFuture<ImageBytes> cancelled = store.fetch(reference(write("b.jpg", image(900))));
    CompletableFuture<ImageBytes> next = store.fetch(reference(write("c.jpg", image(100))));
    Thread.sleep(100);
    assertThat(next).isNotDone();
    cancelled.cancel(true);
    get(next).close();
    held.close();
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void closingEndsWhatIsUnderWayAndAllThreads() throws Exception {
    reopen(Duration.ofSeconds(20), 1_000);
    ImageBytes held = get(store.fetch(reference(write("a.jpg", image(900)))));
    CompletableFuture<ImageBytes> waiting = store.fetch(reference(write("b.jpg", image(900))));
    store.close();
    assertThat(waiting).isCompletedExceptionally();
    assertThat(store.fetch(reference(write("c.jpg", image(1))))).isCompletedExceptionally();
    held.close();
    assertThat(store.inflightBytes()).isZero();
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith("sightline-")));
  }

  @Test
  void allItsThreadsAreStartedWithIt() {
    Threads threads = new Threads(0);
    store.close();
    store = open(threads);
    assertThat(threads.made)
        .hasSize(settings().threads() + 1) // and the timer's
        .allMatch(Thread::isAlive);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aStoreThatGetsTooFewThreadsLeavesNone(int refused) {
    assertThat(settings().threads()).isEqualTo(2);
    Threads threads = new Threads(refused);
    assertThatThrownBy(() -> open(threads)).isInstanceOf(OutOfMemoryError.class);
    assertThat(threads.made).hasSize(refused);
    await().untilAsserted(() -> assertThat(threads.made).noneMatch(Thread::isAlive));
  }

  private static ImageStore open(Threads threads) {
    return SchemeStore.open(
        settings(), HopGate.OPEN, new Hosts(List.of(), false, System::nanoTime), threads);
  }

  /** Keeps the threads that it makes; the system refuses to start one of them. */
  private static final class Threads implements Function<String, ThreadFactory> {

    private final List<Thread> made = new CopyOnWriteArrayList<>();
    private final int refused;

    /**
     * @param refused which one is refused, from 1 on; 0 for none
     */
    Threads(int refused) {
      this.refused = refused;
    }

    @Override
    public ThreadFactory apply(String name) {
      return task -> {
        Thread thread = made.size() + 1 == refused ? new RefusedThread() : new Thread(task, name);
        thread.setDaemon(true);
        made.add(thread);
        return thread;
      };
    }
  }

  private void reopen(Duration timeout, long maxInflightBytes) {
    store.close();
    store = ImageStores.open(settings(timeout, maxInflightBytes));
  }

  private String write(String name, byte[] bytes) throws Exception {
    return Files.write(folder.resolve(name), bytes).toUri().toString();
  }

  private static ImageReference inline(ByteBuffer content) {
    return ImageReference.newBuilder()
        .setId("id")
        .setContent(content)
        .setAttributes(Map.of())
        .build();
  }
}
