// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import io.sightline.config.SourceSettings;
import io.sightline.reference.SourceRecord;
import io.sightline.testing.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.clock.SystemClock;
import org.junit.jupiter.api.Test;

class KafkaSourcesTest {

  @Test
  void propertiesThatSightlineOwnsAreProblemsThatNameWhatSetsThem() {
    Problems problems = new Problems();

    KafkaSources.checkProperties(
        settings(Map.of("group.id", "x", "auto.offset.reset", "latest", "fetch.min.bytes", "1")),
        problems);

    assertThat(problems.messages())
        .containsExactly(
            "source.kafka.properties.auto.offset.reset must not be set: it is set by source.start",
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
    SourceSettings plain = Settings.source(SourceSettings.Format.JSON, SourceSettings.Id.FIELD);
    return new SourceSettings(
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
        null,
        plain.alignmentMaxDrift(),
        plain.maxInlineBytes(),
        plain.maxRawBytes(),
        properties);
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
