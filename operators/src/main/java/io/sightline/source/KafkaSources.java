// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.util.Objects.requireNonNull;

import io.sightline.config.Problems;
import io.sightline.config.Secrets;
import io.sightline.config.SourceSettings;
import io.sightline.reference.SourceRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Makes the Kafka source of raw records. */
public final class KafkaSources {

  /**
   * Consumer properties that {@code source.kafka.properties} must not set, each with what sets it
   * instead.
   */
  private static final Map<String, String> OWNED_PROPERTIES =
      Map.ofEntries(
          Map.entry(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "source.kafka.bootstrap-servers"),
          Map.entry(ConsumerConfig.GROUP_ID_CONFIG, "source.group-id"),
          Map.entry(
              ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
              "Sightline, which goes on at the earliest record that is left"),
          Map.entry(
              KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(),
              "source.partition-discovery"),
          Map.entry(ConsumerConfig.CLIENT_ID_CONFIG, "client.id.prefix, to which Flink appends"),
          Map.entry(
              ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "Flink, which commits on checkpoints"),
          Map.entry(
              KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(),
              "Sightline, which always commits on checkpoints"),
          Map.entry(
              ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
              "Sightline, which never creates a topic"),
          Map.entry(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, "Sightline, which reads bytes"),
          Map.entry(
              ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, "Sightline, which reads bytes"));

  private static final List<String> BYTES_OF =
      List.of(
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

  private KafkaSources() {}

  /**
   * The source. It reads with {@code isolation.level=read_committed} unless {@code
   * source.kafka.properties} says otherwise, and commits its offsets to the group on checkpoints,
   * for monitoring and for {@code source.start: committed} alone: a restore goes by the checkpoint.
   */
  public static KafkaSource<SourceRecord> create(SourceSettings settings) {
    KafkaSourceBuilder<SourceRecord> builder =
        KafkaSource.<SourceRecord>builder()
            .setProperties(consumerProperties(settings))
            .setStartingOffsets(startingOffsets(settings))
            .setDeserializer(new SourceRecordDeserializer());
    String pattern = settings.topicPattern();
    return pattern == null
        ? builder.setTopics(settings.topics()).build()
        : builder.setTopicPattern(Pattern.compile(pattern)).build();
  }

  /**
   * Adds a problem for every property in {@code source.kafka.properties} that must not stand there,
   * and for a value that the Kafka consumer itself refuses.
   */
  public static void checkProperties(SourceSettings settings, Problems problems) {
    settings.kafkaProperties().keySet().stream()
        .filter(OWNED_PROPERTIES::containsKey)
        .sorted()
        .forEach(
            name ->
                problems.add(
                    "source.kafka.properties.%s must not be set: it is set by %s"
                        .formatted(name, OWNED_PROPERTIES.get(name))));
    Properties properties = consumerProperties(settings);
    // Whether there are such brokers is another question.
    properties.setProperty(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
    for (String name : BYTES_OF) {
      properties.setProperty(name, ByteArrayDeserializer.class.getName());
    }
    try {
      new ConsumerConfig(properties);
    } catch (ConfigException e) {
      problems.add(
          "source.kafka.properties: "
              + Secrets.withoutValues(String.valueOf(e.getMessage()), settings.kafkaProperties()));
    }
  }

  private static Properties consumerProperties(SourceSettings settings) {
    Properties properties = new Properties();
    properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.putAll(settings.kafkaProperties());
    properties.setProperty(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.setProperty(ConsumerConfig.GROUP_ID_CONFIG, settings.groupId());
    properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "true");
    long discovery = settings.partitionDiscovery().toMillis();
    properties.setProperty(
        KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(),
        Long.toString(discovery == 0 ? -1 : discovery));
    return properties;
  }

  @SuppressWarnings("deprecation") // of OffsetResetStrategy: the connector takes nothing else
  static OffsetsInitializer startingOffsets(SourceSettings settings) {
    return switch (settings.start()) {
      case COMMITTED ->
          OffsetsInitializer.committedOffsets(
              org.apache.kafka.clients.consumer.OffsetResetStrategy.EARLIEST);
      case EARLIEST -> OffsetsInitializer.earliest();
      case LATEST -> new LosingNoBacklog(OffsetsInitializer.latest());
      case TIMESTAMP ->
          new LosingNoBacklog(
              OffsetsInitializer.timestamp(
                  requireNonNull(settings.startTimestamp()).toEpochMilli()));
    };
  }

  /**
   * Starts where another does, and goes on at the earliest record that is left where an offset is
   * gone. The connector makes what an initializer says of that the consumer's {@code
   * auto.offset.reset}, which applies to the offsets of a checkpoint too: with the latest a
   * restored job would pass over all that came while it was down.
   */
  private record LosingNoBacklog(OffsetsInitializer start) implements OffsetsInitializer {

    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
      return start.getPartitionOffsets(partitions, retriever);
    }

    @Override
    @SuppressWarnings("deprecation") // the connector's interface has it
    public org.apache.kafka.clients.consumer.OffsetResetStrategy getAutoOffsetResetStrategy() {
      return org.apache.kafka.clients.consumer.OffsetResetStrategy.EARLIEST;
    }
  }
}
