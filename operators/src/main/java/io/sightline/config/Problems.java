// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects everything that is wrong with a configuration, so that it can be said at once. Not
 * thread-safe.
 */
public final class Problems {

  private final List<String> messages = new ArrayList<>();

  /**
   * Adds one problem.
   *
   * @param message states the fact and the option: "batch.max-size must be at least 1 (got 0)"
   */
  public void add(String message) {
    messages.add(message);
  }

  public boolean isEmpty() {
    return messages.isEmpty();
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** Throws where there is at least one problem. */
  public void throwIfAny() throws ConfigurationException {
    if (!messages.isEmpty()) {
      throw new ConfigurationException(messages);
    }
  }
}
