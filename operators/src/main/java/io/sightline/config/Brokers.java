// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lists of Kafka brokers, as {@code bootstrap.servers} takes them. */
final class Brokers {

  private Brokers() {}

  /** Whether two lists have a broker in common: then they are of one cluster. */
  static boolean overlap(@Nullable String servers, @Nullable String others) {
    return !Collections.disjoint(set(servers), set(others));
  }

  private static Set<String> set(@Nullable String servers) {
    return servers == null
        ? Set.of()
        : Arrays.stream(servers.toLowerCase(Locale.ROOT).split(",", -1))
            .map(String::strip)
            .filter(server -> !server.isEmpty())
            .collect(Collectors.toSet());
  }
}
