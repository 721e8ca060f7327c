// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import io.sightline.config.SourceSettings;
import io.sightline.config.SourceSettings.Start;
import io.sightline.reference.SourceRecord;
import io.sightline.testing.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer.PartitionOffsetsRetriever;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.clock.SystemClock;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KafkaSourcesTest {

  @Test
  void propertiesThatSightlineOwnsAreProblemsThatNameWhatSetsThem() {
    Problems problems = new Problems();

    KafkaSources.checkProperties(
        settings(Map.of("group.id", "x", "auto.offset.reset", "latest", "fetch.min.bytes", "1")),
        problems);

    assertThat(problems.messages())
        .containsExactly(
            "source.kafka.properties.auto.offset.reset must not be set: it is set by Sightline, which"
                + " goes on at the earliest record that is left",
            "source.kafka.properties.group.id must not be set: it is set by source.group-id");
  }

  @Test
  void propertiesThatKafkaRefusesAreProblems() {
    Problems problems = new Problems();

    KafkaSources.checkProperties(settings(Map.of("isolation.level", "sometimes")), problems);

    assertThat(problems.messages())
        .singleElement()
        .asString()
        .contains("source.kafka.properties", "isolation.level")
        .doesNotContain("sometimes");
  }

  @ParameterizedTest
  @EnumSource(Start.class)
  void whereAnOffsetIsGoneTheEarliestRecordThatIsLeftComesNextWhateverTheStart(Start start) {
    assertThat(KafkaSources.startingOffsets(starting(start)).getAutoOffsetResetStrategy().name())
        .isEqualTo("EARLIEST");
  }

  @ParameterizedTest
  @CsvSource({"LATEST, 9", "TIMESTAMP, 5"})
  void aJobThatIsNotRestoredStartsWhereItIsTold(Start start, long offset) {
    TopicPartition partition = new TopicPartition("t", 0);
    OffsetsInitializer offsets = KafkaSources.startingOffsets(starting(start));

    assertThat(offsets.getPartitionOffsets(List.of(partition), new NineRecords()))
        .isEqualTo(Map.of(partition, offset));
  }

  @Test
  void watermarksFollowSubmittedAtBehindTheDelay() {
    WatermarkStrategy<SourceRecord> strategy = SubmittedAt.watermarks(settings(Map.of()));
    TimestampAssigner<SourceRecord> assigner =
        strategy.createTimestampAssigner(UnregisteredMetricsGroup::new);
    WatermarkGenerator<SourceRecord> generator =
        strategy.withIdleness(Duration.ofDays(1)).createWatermarkGenerator(new GeneratorContext());
    List<Watermark> watermarks = new ArrayList<>();
    WatermarkOutput output = new Collector(watermarks);

    long late = assigner.extractTimestamp(json(1_000_000), 5);
    long later = assigner.extractTimestamp(json(1_009_000), 5);
    generator.onEvent(json(0), late, output);
    generator.onEvent(json(0), later, output);
    generator.onPeriodicEmit(output);

    assertThat(late).isEqualTo(1_000_000);
    assertThat(watermarks).containsExactly(new Watermark(1_009_000 - 5_000 - 1));
    assertThat(strategy.getAlignmentParameters().isEnabled()).isFalse();
  }

  @Test
  void alignmentIsSwitchedOnByItsGroup() {
    SourceSettings plain = settings(Map.of());
    SourceSettings aligned =
        new SourceSettings(
            plain.bootstrapServers(),
            plain.topics(),
            null,
            plain.groupId(),
            plain.start(),
            null,
            plain.format(),
            plain.id(),
            plain.partitionDiscovery(),
            plain.idleness(),
            plain.watermarkDelay(),
            "all",
            Duration.ofSeconds(30),
            plain.maxInlineBytes(),
            plain.maxRawBytes(),
            Map.of());

    var parameters = SubmittedAt.watermarks(aligned).getAlignmentParameters();

    assertThat(parameters.isEnabled()).isTrue();
    assertThat(parameters.getWatermarkGroup()).isEqualTo("all");
    assertThat(parameters.getMaxAllowedWatermarkDrift()).isEqualTo(30_000);
  }

  private static SourceRecord json(long submittedAt) {
    return new SourceRecord(
        "t",
        0,
        0,
        7,
        null,
        ("{\"submitted_at\":" + submittedAt + "}")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static SourceSettings settings(Map<String, String> properties) {
    return settings(Start.COMMITTED, null, properties);
  }

  private static SourceSettings starting(Start start) {
    return settings(start, start == Start.TIMESTAMP ? Instant.ofEpochMilli(5) : null, Map.of());
  }

  private static SourceSettings settings(
      Start start, @Nullable Instant startTimestamp, Map<String, String> properties) {
    SourceSettings plain = Settings.source(SourceSettings.Format.JSON, SourceSettings.Id.FIELD);
    return new SourceSettings(
        plain.bootstrapServers(),
        plain.topics(),
        null,
        plain.groupId(),
        start,
        startTimestamp,
        plain.format(),
        plain.id(),
        plain.partitionDiscovery(),
        plain.idleness(),
        plain.watermarkDelay(),
        null,
        plain.alignmentMaxDrift(),
        plain.maxInlineBytes(),
        plain.maxRawBytes(),
        properties);
  }

  /** Partitions of nine records, whose timestamps are their offsets. */
  private record NineRecords() implements PartitionOffsetsRetriever {

    @Override
    public Map<TopicPartition, Long> committedOffsets(Collection<TopicPartition> partitions) {
      return Map.of();
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
      return partitions.stream().collect(Collectors.toMap(partition -> partition, p -> 9L));
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
      return partitions.stream().collect(Collectors.toMap(partition -> partition, p -> 0L));
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> timestamps) {
      return timestamps.entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey,
                  time -> new OffsetAndTimestamp(time.getValue(), time.getValue())));
    }
  }

  private record GeneratorContext()
      implements org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier.Context {

    @Override
    public org.apache.flink.metrics.MetricGroup getMetricGroup() {
      return new UnregisteredMetricsGroup();
    }

    @Override
    public org.apache.flink.util.clock.RelativeClock getInputActivityClock() {
      return SystemClock.getInstance();
    }
  }

  private record Collector(List<Watermark> watermarks) implements WatermarkOutput {

    @Override
    public void emitWatermark(Watermark watermark) {
      watermarks.add(watermark);
    }

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}
  }
}
