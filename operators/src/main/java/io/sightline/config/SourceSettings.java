// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The checked {@code source.*} options. Immutable.
 *
 * @param topics topics to read; empty where {@code topicPattern} is given
 * @param topicPattern regular expression of topic names; null where {@code topics} are given
 * @param startTimestamp where to start with {@link Start#TIMESTAMP}; null otherwise
 * @param partitionDiscovery how often new partitions are looked for; zero switches it off
 * @param idleness after how long without a record a partition no longer holds the watermark back;
 *     zero switches it off
 * @param watermarkDelay how late a {@code submitted_at} may be
 * @param alignmentGroup name of the watermark alignment group; null switches alignment off
 * @param maxInlineBytes largest inline image, in bytes
 * @param maxRawBytes how much of a raw record is kept for a rejection, in bytes
 * @param kafkaProperties passed through to the consumer; values are secret
 */
public record SourceSettings(
    String bootstrapServers,
    List<String> topics,
    @Nullable String topicPattern,
    String groupId,
    Start start,
    @Nullable Instant startTimestamp,
    Format format,
    Id id,
    Duration partitionDiscovery,
    Duration idleness,
    Duration watermarkDelay,
    @Nullable String alignmentGroup,
    Duration alignmentMaxDrift,
    int maxInlineBytes,
    int maxRawBytes,
    Map<String, String> kafkaProperties)
    implements Serializable {

  /** Bytes that id, URI, label, attributes and Kafka key of a reference may have together. */
  public static final int MAX_METADATA_BYTES = 64 << 10;

  public SourceSettings {
    topics = List.copyOf(topics);
    kafkaProperties = Map.copyOf(kafkaProperties);
  }

  /** Whether records of a topic at these brokers are read. */
  boolean reads(String topic, @Nullable String servers) {
    return Brokers.overlap(bootstrapServers, servers)
        && (topics.contains(topic) || matchesPattern(topic));
  }

  private boolean matchesPattern(String topic) {
    try {
      return topicPattern != null && Pattern.matches(topicPattern, topic);
    } catch (PatternSyntaxException e) {
      return false; // which is another problem
    }
  }

  /** What is read and how; of the Kafka properties the keys alone. */
  @Override
  public String toString() {
    return "SourceSettings[bootstrapServers=%s, topics=%s, topicPattern=%s, groupId=%s, start=%s, format=%s, id=%s, kafkaProperties=%s]"
        .formatted(
            bootstrapServers,
            topics,
            topicPattern,
            groupId,
            start,
            format,
            id,
            kafkaProperties.keySet());
  }

  /** Where a job without a checkpoint starts to read. */
  public enum Start {
    /** The group's committed offsets; the earliest where there are none. */
    COMMITTED,
    EARLIEST,
    LATEST,
    TIMESTAMP;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }

  /** Encoding of the records on the input topics. */
  public enum Format {
    /** Avro single-object encoding of an {@code ImageReference}. */
    AVRO_SINGLE_OBJECT,
    /** A JSON object with the fields of {@code ImageReference}; {@code content} in base64. */
    JSON,
    /** The record's value is the URI itself, in UTF-8. */
    URI;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }

  /** Where a reference's identity comes from. */
  public enum Id {
    /** The field {@code id}. */
    FIELD,
    /** The record's Kafka key, in UTF-8. */
    KAFKA_KEY,
    /** The URI: a re-upload under the same name is the same reference. */
    URI,
    /** Topic, partition and offset: every record is a reference of its own. */
    OFFSET;

    @Override
    public String toString() {
      return OptionNames.of(this);
    }
  }
}
