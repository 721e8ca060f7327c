// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.fetch.ImageBytes;
import io.sightline.fetch.ImageStore;
import io.sightline.fetch.UnavailableException;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.GivenBytes;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store of which the test says when, and how, a fetch ends. */
@Timeout(30)
class RemoteContentTest {

  private static final URI A = URI.create("http://images.test/a.jpg");

  private final AtomicInteger closed = new AtomicInteger();
  private final ImageBytes bytes = new GivenBytes(new byte[] {1, 2, 3}, closed::incrementAndGet);

  @AfterEach
  void forgetTheInterrupt() {
    Thread.interrupted();
  }

  @Test
  void theBytesAreCopiedAndGivenBack() throws Exception {
    Content.Loaded loaded = load(CompletableFuture.completedFuture(bytes));
    assertThat(loaded).isInstanceOf(Content.Encoded.class);
    Content.Encoded encoded = (Content.Encoded) loaded;
    assertThat(encoded.length()).isEqualTo(3);
    assertThat(encoded.array()).startsWith(1, 2, 3);
    assertThat(closed).hasValue(1);
  }

  @Test
  void aRejectionOfTheFetchIsTheContents() {
    RejectedException rejected = new RejectedException(Reason.NOT_FOUND, "gone");
    assertThatThrownBy(() -> load(CompletableFuture.failedFuture(rejected))).isSameAs(rejected);
  }

  @Test
  void aClosedStoreIsAClosedClassifier() {
    CompletableFuture<ImageBytes> cancelled = new CompletableFuture<>();
    cancelled.cancel(true);
    assertThatThrownBy(() -> load(cancelled))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the classifier is closed");
  }

  @Test
  void anInterruptEndsTheFetchThatIsUnderWay() {
    CompletableFuture<ImageBytes> fetch = new CompletableFuture<>();
    Thread.currentThread().interrupt();
    assertInterrupted(fetch);
    assertThat(fetch).isCancelled();
  }

  @Test
  void bytesThatArriveWithTheInterruptAreGivenBack() {
    assertInterrupted(
        new InterruptedFetch() {
          @Override
          void end() {
            complete(bytes);
          }
        });
    assertThat(closed).hasValue(1);
  }

  @Test
  void aFetchThatFailsWithTheInterruptHasNothingToGiveBack() {
    assertInterrupted(
        new InterruptedFetch() {
          @Override
          void end() {
            completeExceptionally(new RejectedException(Reason.NOT_FOUND, "gone"));
          }
        });
    assertThat(closed).hasValue(0);
  }

  /** A fetch that ends just when who waits for it is interrupted. */
  private abstract static class InterruptedFetch extends CompletableFuture<ImageBytes> {

    abstract void end();

    @Override
    public ImageBytes get() throws InterruptedException {
      end();
      throw new InterruptedException();
    }
  }

  private static void assertInterrupted(CompletableFuture<ImageBytes> fetch) {
    assertThatThrownBy(() -> load(fetch))
        .isInstanceOfSatisfying(
            RejectedException.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.IO_ERROR));
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  private static Content.Loaded load(CompletableFuture<ImageBytes> fetch) throws RejectedException {
    return new RemoteContent(A, () -> new OneFetch(fetch)).load(new ReadBuffer());
  }

  private record OneFetch(CompletableFuture<ImageBytes> result) implements ImageStore {

    @Override
    public CompletableFuture<ImageBytes> fetch(ImageReference reference) {
      assertThat(reference.getUri()).isEqualTo(A.toString());
      return result;
    }

    @Override
    public @Nullable UnavailableException outage(ImageReference reference) {
      return null;
    }

    @Override
    public List<String> knownHosts() {
      return List.of();
    }

    @Override
    public long retries() {
      return 0;
    }

    @Override
    public long waiting() {
      return 0;
    }

    @Override
    public long inflightBytes() {
      return 0;
    }

    @Override
    public long bytesFetched() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
