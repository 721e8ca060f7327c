// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.schemas.ImageReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that the operator has not ended yet, by Flink's futures of them. After {@link #fail}
 * every one that is there or comes fails the task. Thread-safe.
 */
final class InFlightImages {

  private static final Logger LOG = LoggerFactory.getLogger(InFlightImages.class);

  private final Map<ResultFuture<Outcome>, InFlight> images = new ConcurrentHashMap<>();
  private volatile @Nullable Throwable failure;

  /** Takes a reference in; null where the task has failed meanwhile, which then is all its end. */
  @Nullable InFlight add(ImageReference reference, ResultFuture<Outcome> result) {
    InFlight image = new InFlight(reference, new TaskCompletion(result));
    images.put(result, image);
    Throwable broken = failure;
    if (broken == null) {
      return image;
    }
    if (image.end()) { // it failed while fail() went through what was in flight
      image.fail(broken);
    }
    return null;
  }

  /** The image of a future; null where its outcome was sent. */
  @Nullable InFlight find(ResultFuture<Outcome> result) {
    return images.get(result);
  }

  /** What the task has failed with; null where it has not. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Fails the task: at once through what is in flight, else with the next reference. */
  void fail(Throwable cause) {
    failure = cause;
    for (InFlight image : images.values()) {
      // Ended or not: whoever ended it may be what is broken. Of two completions Flink takes one.
      image.end();
      image.fail(cause);
    }
  }

  void clear() {
    images.clear();
  }

  /** Completes Flink's future from a worker; a mailbox that is closed by now has no use for it. */
  private final class TaskCompletion implements InFlight.Completion {

    private final ResultFuture<Outcome> result;

    TaskCompletion(ResultFuture<Outcome> result) {
      this.result = result;
    }

    @Override
    public void complete(Supplier<Outcome> outcome) {
      images.remove(result);
      try {
        // completeExceptionally would put the whole record into the text of a failure.
        result.complete(() -> List.of(outcome.get()));
      } catch (RejectedExecutionException e) {
        LOG.debug("The task ended before this outcome: the reference will come again", e);
      }
    }
  }
}
