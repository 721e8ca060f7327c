// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * The checked {@code evaluate.labels.*} options. Immutable.
 *
 * @param maxDelay how far apart a reference and its label may be, in event time; more than zero
 */
public record LabelSettings(String topic, Format format, Duration maxDelay)
    implements Serializable {

  /** The source of labels: as that of references, but for its topic. */
  public SourceSettings source(SourceSettings references) {
    return new SourceSettings(
        references.bootstrapServers(),
        List.of(topic),
        null,
        references.groupId(),
        references.start(),
        references.startTimestamp(),
        references.format(),
        SourceSettings.Id.OFFSET,
        references.partitionDiscovery(),
        references.idleness(),
        references.watermarkDelay(),
        references.alignmentGroup(),
        references.alignmentMaxDrift(),
        references.maxInlineBytes(),
        references.maxRawBytes(),
        references.kafkaProperties());
  }

  /** Encoding of the records on the topic of labels. */
  public enum Format {
    /** A JSON object with the fields {@code id} and {@code label}. */
    JSON,
    /** The record's key is the id, its value the label, in UTF-8. */
    KEY_VALUE;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }
}
