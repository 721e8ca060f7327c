// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * What is done for an image whose store is down. Immutable.
 *
 * @param patience how long it is asked for again; zero asks once
 * @param onUnavailable what becomes of it then
 * @param retryDelay until its first round through the retry topic; it doubles with each round
 * @param retryFor from its first round on, after which it is rejected
 */
public record OutageSettings(
    Duration patience, OnUnavailable onUnavailable, Duration retryDelay, Duration retryFor)
    implements Serializable {

  /** What becomes of an image whose store is down for longer than the patience. */
  public enum OnUnavailable {
    /** The task fails, and Flink tries again. */
    FAIL,
    /** The reference goes through a topic, and is classified later. */
    RETRY,
    REJECT;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }
}
