// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.streaming.api.functions.async.CollectionSupplier;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.junit.jupiter.api.Test;

class EndedImagesTest {

  private final InFlightImages inflight = new InFlightImages();

  /** What waits for the task's thread; each entry may wake it. */
  private final Queue<Callable<Void>> mailbox = new ArrayDeque<>();

  private final List<String> emitted = new ArrayList<>();
  private boolean closed;

  @Test
  void theTaskIsToldOnceOfAllTheImagesOfABatch() throws Exception {
    EndedImages ended = new EndedImages(4);
    List<String> ids = end(ended, 3);

    ended.complete();

    assertThat(mailbox).hasSize(1);
    runMailbox();
    assertThat(emitted).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void ofABatchWhoseImagesHaveAllTimedOutTheTaskIsToldNothing() {
    new EndedImages(4).complete();

    assertThat(mailbox).isEmpty();
  }

  @Test
  void aTaskThatEndsMeanwhileLosesNoMoreThanWhatComesAgain() throws Exception {
    EndedImages before = new EndedImages(4);
    end(before, 2);
    EndedImages after = new EndedImages(4);
    end(after, 2);
    before.complete();

    closed = true;
    after.complete();
    mailbox.remove().call(); // it was on the way already: the others of its batch are refused

    assertThat(mailbox).isEmpty();
    assertThat(emitted).hasSize(1);
  }

  @Test
  void anImageWhoseOutcomeNeverReachesTheTaskFailsItAllTheSame() throws Exception {
    InFlight image = inflight.add(new ImageReference(), new TaskResult());
    assertThat(image.end()).isTrue(); // by a worker that breaks before it has told the task

    inflight.fail(new OutOfMemoryError("of a worker"));

    assertThat(mailbox).hasSize(1);
    assertThatThrownBy(() -> mailbox.remove().call()).hasRootCauseMessage("of a worker");
  }

  private List<String> end(EndedImages ended, int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      InFlight image = inflight.add(new ImageReference(), new TaskResult());
      Rejection rejection = new Rejection();
      rejection.setReferenceId("image-" + i);
      ids.add(rejection.getReferenceId());
      ended.add(image, Outcome.of(rejection));
    }
    return ids;
  }

  private void runMailbox() throws Exception {
    for (Callable<Void> mail = mailbox.poll(); mail != null; mail = mailbox.poll()) {
      mail.call();
    }
  }

  /** A future that does as that of the async wait operator. */
  private final class TaskResult implements ResultFuture<Outcome> {

    @Override
    public void complete(Collection<Outcome> outcomes) {
      complete(() -> outcomes);
    }

    @Override
    public void complete(CollectionSupplier<Outcome> outcomes) {
      if (closed) {
        throw new RejectedExecutionException("the mailbox is closed");
      }
      mailbox.add(
          () -> {
            outcomes.get().forEach(outcome -> emitted.add(outcome.rejection().getReferenceId()));
            return null;
          });
    }

    @Override
    public void completeExceptionally(Throwable error) {
      throw new AssertionError(error);
    }
  }
}
