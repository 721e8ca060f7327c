// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.Set;

/**
 * The checked {@code fetch.*} options. Immutable.
 *
 * @param schemes URI schemes that are fetched, in lower case; any other is rejected
 * @param maxBytes largest image that is fetched, in bytes
 * @param connectTimeout for a connection to be made
 * @param timeout for one image to be fetched whole, from its request to its last byte
 * @param outage what is done for an image whose store is down
 * @param threads threads that read from Flink file systems, which block
 * @param maxInflightBytes fetched and inline bytes that are held at once
 */
public record FetchSettings(
    Set<String> schemes,
    int maxBytes,
    Duration connectTimeout,
    Duration timeout,
    OutageSettings outage,
    int threads,
    long maxInflightBytes)
    implements Serializable {

  public FetchSettings {
    schemes = Set.copyOf(schemes);
    if (maxBytes < 1 || threads < 1 || maxInflightBytes < 1) {
      throw new IllegalArgumentException(
          "maxBytes, threads and maxInflightBytes must be at least 1 (got %d, %d, %d)"
              .formatted(maxBytes, threads, maxInflightBytes));
    }
  }
}
