// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What {@link CompletableFuture} lacks. */
final class Futures {

  private Futures() {}

  /**
   * Tells {@code action} how the future ended, at once if it has already. The action must not
   * throw: nobody would see it.
   */
  static <T> void whenDone(
      CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> action) {
    CompletionStage<T> stage = future;
    stage.whenComplete(action);
  }
}
