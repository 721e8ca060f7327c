// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sightline.testing.RemoteFileSystem;
import io.sightline.testing.RemoteFileSystem.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFolderTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    RemoteFileSystem.reset();
    Files.createDirectories(folder.resolve("data/deeper"));
    Files.writeString(folder.resolve("inference.onnx"), "graph");
    Files.writeString(folder.resolve("inference.yml"), "");
    Files.writeString(folder.resolve("data/deeper/weights bin"), "weights");
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    RemoteFileSystem.reset();
  }

  @Test
  void aLocalFolderIsUsedInPlace() throws Exception {
    for (String dir : List.of(folder.toString(), folder.toUri().toString(), "file:" + folder)) {
      try (LocalFolder local = LocalFolder.acquire(dir, "")) {
        assertThat(local.path()).isEqualTo(folder);
      }
    }
    assertThat(folder.resolve("inference.onnx")).exists();
    try (LocalFolder relative = LocalFolder.acquire("models/m", "")) {
      assertThat(relative.path()).isEqualTo(Path.of("models/m"));
    }
  }

  @Test
  void aRemoteFolderIsCopiedWholeAndDeletedByItsLastUser() throws Exception {
    LocalFolder first = acquire("a");
    LocalFolder second = acquire("a");
    assertThat(second.path()).isEqualTo(first.path()).isNotEqualTo(folder);
    assertThat(RemoteFileSystem.OPENED).hasValue(3);
    assertThat(first.path().resolve("inference.onnx")).hasContent("graph");
    assertThat(first.path().resolve("inference.yml")).isEmptyFile();
    assertThat(first.path().resolve("data/deeper/weights bin")).hasContent("weights");
    first.close();
    first.close();
    assertThat(second.path()).exists();
    second.close();
    assertThat(second.path()).doesNotExist();
  }

  @Test
  void anotherKeyIsAnotherCopy() throws Exception {
    try (LocalFolder first = acquire("a");
        LocalFolder second = acquire("b")) {
      assertThat(first.path()).isNotEqualTo(second.path());
    }
  }

  @Test
  void manyWhoAcquireAtOnceShareOneCopy() throws Exception {
    List<Future<LocalFolder>> all =
        threads.invokeAll(
            IntStream.range(0, 16).mapToObj(i -> (CallableFolder) () -> acquire("a")).toList());
    Path path = all.get(0).get().path();
    for (Future<LocalFolder> each : all) {
      assertThat(each.get().path()).isEqualTo(path).exists();
      each.get().close();
    }
    assertThat(path).doesNotExist();
    assertThat(RemoteFileSystem.OPENED).hasValue(3);
  }

  @Test
  void aFailedCopyLeavesNothingAndIsTriedAnew() throws Exception {
    long before = copies();
    for (Fault fault : List.of(Fault.DENIED, Fault.SHRUNK, Fault.GROWN, Fault.UNCHECKED)) {
      RemoteFileSystem.FAULTS.put("inference.onnx", fault);
      assertThatThrownBy(() -> acquire("a"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(RemoteFileSystem.uri(folder));
      assertThat(copies()).isEqualTo(before);
    }
    RemoteFileSystem.reset();
    acquire("a").close();
    assertThat(copies()).isEqualTo(before);
  }

  @Test
  void aMissingFolderAndAFileInItsPlaceAreNamed() {
    assertThatThrownBy(() -> LocalFolder.acquire("remote:///none", ""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such key");
    String file = RemoteFileSystem.uri(folder.resolve("inference.onnx"));
    assertThatThrownBy(() -> LocalFolder.acquire(file, ""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a folder");
    assertThatThrownBy(() -> LocalFolder.acquire("s9://bucket/model", ""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("s9");
  }

  @Test
  void foldersNestedTooDeeplyAreRefused() throws Exception {
    Files.createDirectories(folder.resolve("1/2/3/4/5/6/7/8/9"));
    assertThatThrownBy(() -> acquire("a")).hasMessageContaining("nested deeper than 8");
  }

  @Test
  void aTaskThatIsCancelledWhileItCopiesLeavesTheCopyToTheOther() throws Exception {
    RemoteFileSystem.FAULTS.put("inference.onnx", Fault.HANGS);
    Future<LocalFolder> cancelled = threads.submit((CallableFolder) () -> acquire("a"));
    await().until(() -> RemoteFileSystem.OPENED.get() >= 2);
    CompletableFuture<Thread> waiter = new CompletableFuture<>();
    Future<LocalFolder> other =
        threads.submit(
            (CallableFolder)
                () -> {
                  waiter.complete(Thread.currentThread());
                  return acquire("a");
                });
    await().until(() -> waiter.get().getState() == Thread.State.WAITING);
    RemoteFileSystem.FAULTS.clear();
    cancelled.cancel(true);
    try (LocalFolder copied = other.get()) {
      assertThat(copied.path().resolve("inference.onnx")).hasContent("graph");
    }
  }

  private interface CallableFolder extends java.util.concurrent.Callable<LocalFolder> {}

  private LocalFolder acquire(String key) throws IOException {
    return LocalFolder.acquire(RemoteFileSystem.uri(folder), key);
  }

  /** Copies of this test's folder: other tests may copy others at the same time. */
  private static long copies() throws IOException {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith("sightline-folder-"))
          .filter(file -> Files.exists(file.resolve("data")))
          .count();
    }
  }
}
