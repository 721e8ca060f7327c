// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Says that the store of an image is down: the image may well be there, and asking again later
 * helps. Whoever makes no difference rejects the image. Its attempts are 0 where the store was not
 * asked at all, because it is known to be down.
 */
public final class UnavailableException extends RejectedException {

  private final @Nullable Duration retryAfter;

  /**
   * An outage.
   *
   * @param detail one sentence for a person; secrets of URIs masked
   * @param retryAfter when the store wants to be asked again; null where it does not say
   */
  public UnavailableException(
      Reason reason, String detail, int attempts, @Nullable Duration retryAfter) {
    super(reason, detail, attempts);
    this.retryAfter = retryAfter;
  }

  UnavailableException withAttempts(int attempts) {
    return new UnavailableException(reason(), detail(), attempts, retryAfter);
  }

  /** When the store wants to be asked again; null where it does not say. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
