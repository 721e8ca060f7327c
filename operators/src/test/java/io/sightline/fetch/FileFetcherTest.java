// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static io.sightline.fetch.FetchTests.get;
import static io.sightline.fetch.FetchTests.image;
import static io.sightline.fetch.FetchTests.reference;
import static io.sightline.fetch.FetchTests.rejection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sightline.reference.Reason;
import io.sightline.testing.RemoteFileSystem;
import io.sightline.testing.RemoteFileSystem.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFetcherTest {

  private ImageStore store = ImageStores.open(FetchTests.settings());

  @TempDir Path folder;

  @AfterEach
  void close() {
    store.close();
    RemoteFileSystem.reset();
  }

  @Test
  void anyFlinkFileSystemIsRead() throws Exception {
    try (ImageBytes bytes = get(store.fetch(reference(write("a b.jpg", null))))) {
      assertThat(FetchTests.copy(bytes)).isEqualTo(image(1000));
    }
  }

  @Test
  void faultsOfAFileSystemHaveTheirReasons() throws Exception {
    rejection(store.fetch(reference("remote:///none")), Reason.NOT_FOUND);
    rejection(store.fetch(reference(write("a", Fault.DENIED))), Reason.FORBIDDEN);
    assertThat(
            rejection(store.fetch(reference(write("b", Fault.SHRUNK))), Reason.INCOMPLETE).detail())
        .endsWith("had 1001 bytes, and 1000 when it was read");
    assertThat(
            rejection(store.fetch(reference(write("c", Fault.GROWN))), Reason.INCOMPLETE).detail())
        .endsWith("had 999 bytes, and more when it was read");
    String uri = write("d", Fault.UNCHECKED) + "?secret=pw";
    assertThat(rejection(store.fetch(reference(uri)), Reason.IO_ERROR).detail())
        .contains("503 Slow Down")
        .doesNotContain("pw");
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void anErrorIsAFaultOfTheCodeAndNoRejection() throws Exception {
    CompletableFuture<ImageBytes> fetch = store.fetch(reference(write("a", Fault.ERROR)));
    assertThatThrownBy(() -> get(fetch)).hasCauseInstanceOf(NoSuchMethodError.class);
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void aReadThatHangsTimesOutIsInterruptedAndFreesItsThread() throws Exception {
    store.close();
    store = ImageStores.open(FetchTests.settings(Duration.ofMillis(300), 1_000_000));
    List<CompletableFuture<ImageBytes>> hanging = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      hanging.add(store.fetch(reference(write("hang-" + i, Fault.HANGS))));
    }
    CompletableFuture<ImageBytes> behind = store.fetch(reference(write("good", null)));
    for (CompletableFuture<ImageBytes> fetch : hanging) {
      rejection(fetch, Reason.FETCH_TIMEOUT);
    }
    get(behind).close();
    await().untilAsserted(() -> assertThat(RemoteFileSystem.INTERRUPTED).hasValue(4));
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void aCancelledReadIsInterrupted() throws Exception {
    CompletableFuture<ImageBytes> fetch = store.fetch(reference(write("a", Fault.HANGS)));
    await().until(() -> RemoteFileSystem.OPENED.get() == 1);
    fetch.cancel(true);
    await().untilAsserted(() -> assertThat(RemoteFileSystem.INTERRUPTED).hasValue(1));
    assertThat(store.inflightBytes()).isZero();
  }

  @Test
  void whoIsToldOfARejectionRunsUninterrupted() throws Exception {
    AtomicBoolean interrupted = new AtomicBoolean();
    CompletableFuture<Void> told = new CompletableFuture<>();
    // Holds both threads, so that what is told is registered before the rejection.
    List<CompletableFuture<ImageBytes>> holding = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      holding.add(store.fetch(reference(write("hang-" + i, Fault.HANGS))));
    }
    CompletableFuture<ImageBytes> rejected = store.fetch(reference("remote:///none"));
    CompletableFuture<ImageBytes> after =
        rejected.whenComplete(
            (bytes, failure) -> {
              interrupted.set(Thread.currentThread().isInterrupted());
              told.complete(null);
            });
    holding.forEach(fetch -> fetch.cancel(true));
    told.get();
    rejection(after, Reason.NOT_FOUND);
    assertThat(interrupted).isFalse();
  }

  private String write(String name, Fault fault) throws Exception {
    Path file = Files.write(folder.resolve(name), image(1000));
    if (fault != null) {
      RemoteFileSystem.FAULTS.put(name, fault);
    }
    return RemoteFileSystem.uri(file);
  }
}
