// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked {@code retries.*} options: the topic that a job writes references to whose store is
 * down, and reads them from again. Immutable.
 */
public record RetrySettings(SinkSettings sink) implements Serializable {

  /** Prefixes of what a consumer must know that a producer knows, too. */
  private static final List<String> CONNECTION = List.of("security.", "sasl.", "ssl.");

  private static final String ISOLATION_LEVEL = "isolation.level";

  /**
   * The source of the topic: it reads what is committed, in a group of its own, with the consumer
   * properties of the references where the brokers are the same, else with those of the sink that
   * are about connections.
   */
  public SourceSettings source(SourceSettings references) {
    String brokers = requireNonNull(sink.bootstrapServers());
    Map<String, String> properties = new HashMap<>();
    if (brokers.equals(references.bootstrapServers())) {
      properties.putAll(references.kafkaProperties());
      properties.remove(ISOLATION_LEVEL);
    } else {
      sink.kafkaProperties()
          .forEach(
              (key, value) -> {
                if (CONNECTION.stream().anyMatch(key::startsWith)) {
                  properties.put(key, value);
                }
              });
    }
    return new SourceSettings(
        brokers,
        List.of(requireNonNull(sink.topic())),
        null,
        references.groupId() + "-retries",
        SourceSettings.Start.COMMITTED,
        null,
        SourceSettings.Format.AVRO_SINGLE_OBJECT,
        SourceSettings.Id.FIELD,
        references.partitionDiscovery(),
        Duration.ZERO,
        Duration.ZERO,
        null,
        references.alignmentMaxDrift(),
        references.maxInlineBytes(),
        references.maxRawBytes(),
        properties);
  }
}
