// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.fetch.UnavailableException;
import java.io.IOException;

/** Fails the task because a store is down, so that Flink tries again later. */
final class StoreDownException extends IOException {

  private StoreDownException(String message) {
    super(message);
  }

  static StoreDownException of(UnavailableException outage) {
    return new StoreDownException(
        "%s (attempt %d). Its store is down, and fetch.on-unavailable is fail: no image is rejected, and all in flight are fetched again after the restart"
            .formatted(outage.detail(), outage.attempts()));
  }
}
