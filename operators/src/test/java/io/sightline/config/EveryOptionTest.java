// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sets every option to a value that is not its default, and reads it back from the settings. */
class EveryOptionTest {

  private record Case(
      String key,
      String value,
      Object expected,
      Function<ClassifyJobConfig, Object> setting,
      List<String> alsoSet) {

    Case(
        String key,
        String value,
        Object expected,
        Function<ClassifyJobConfig, Object> setting,
        String... alsoSet) {
      this(key, value, expected, setting, Arrays.asList(alsoSet));
    }

    @Override
    public String toString() {
      return key;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("job.name", "moderation", "moderation", c -> c.jobName()),
        new Case(
            "source.kafka.bootstrap-servers",
            "a:1,b:2",
            "a:1,b:2",
            c -> c.source().bootstrapServers()),
        new Case("source.topics", "b, c", List.of("b", "c"), c -> c.source().topics()),
        new Case(
            "source.topic-pattern",
            "refs-.*",
            "refs-.*",
            c -> c.source().topicPattern(),
            "source.topics",
            null),
        new Case("source.group-id", "g", "g", c -> c.source().groupId()),
        new Case("source.start", "latest", SourceSettings.Start.LATEST, c -> c.source().start()),
        new Case(
            "source.start-timestamp",
            "2026-11-24T07:00:00+01:00",
            Instant.parse("2026-11-24T06:00:00Z"),
            c -> c.source().startTimestamp(),
            "source.start",
            "timestamp"),
        new Case("source.format", "json", SourceSettings.Format.JSON, c -> c.source().format()),
        new Case("source.id", "kafka-key", SourceSettings.Id.KAFKA_KEY, c -> c.source().id()),
        new Case(
            "source.partition-discovery",
            "0 s",
            Duration.ZERO,
            c -> c.source().partitionDiscovery()),
        new Case("source.idleness", "3 min", Duration.ofMinutes(3), c -> c.source().idleness()),
        new Case(
            "source.watermark.delay",
            "7 s",
            Duration.ofSeconds(7),
            c -> c.source().watermarkDelay()),
        new Case(
            "source.watermark.alignment-group", "all", "all", c -> c.source().alignmentGroup()),
        new Case(
            "source.watermark.alignment-max-drift",
            "1 min",
            Duration.ofMinutes(1),
            c -> c.source().alignmentMaxDrift()),
        new Case("source.max-inline-bytes", "1 kb", 1024, c -> c.source().maxInlineBytes()),
        new Case(
            "source.kafka.properties",
            "security.protocol: SSL",
            Map.of("security.protocol", "SSL"),
            c -> c.source().kafkaProperties()),
        new Case("fetch.schemes", "[S3, https]", Set.of("s3", "https"), c -> c.fetch().schemes()),
        new Case("fetch.max-bytes", "1 mb", 1 << 20, c -> c.fetch().maxBytes()),
        new Case(
            "fetch.connect-timeout",
            "900 ms",
            Duration.ofMillis(900),
            c -> c.fetch().connectTimeout()),
        new Case("fetch.timeout", "20 s", Duration.ofSeconds(20), c -> c.fetch().timeout()),
        new Case("fetch.patience", "0 s", Duration.ZERO, c -> c.fetch().outage().patience()),
        new Case(
            "fetch.on-unavailable",
            "reject",
            OutageSettings.OnUnavailable.REJECT,
            c -> c.fetch().outage().onUnavailable()),
        new Case(
            "fetch.retry-delay",
            "2 min",
            Duration.ofMinutes(2),
            c -> c.fetch().outage().retryDelay()),
        new Case("fetch.retry-for", "3 d", Duration.ofDays(3), c -> c.fetch().outage().retryFor()),
        new Case("fetch.threads", "9", 9, c -> c.fetch().threads()),
        new Case("decode.max-pixels", "1000000", 1_000_000L, c -> c.decode().maxPixels()),
        new Case(
            "decode.small-images",
            "upscale",
            DecodeSettings.SmallImages.UPSCALE,
            c -> c.decode().smallImages()),
        new Case("decode.exif-orientation", "false", false, c -> c.decode().exifOrientation()),
        new Case("model.dir", "s3://models/a", "s3://models/a", c -> c.model().dir()),
        new Case("model.name", "resnet", "resnet", c -> c.model().name()),
        new Case("model.version", "3", "3", c -> c.model().version()),
        new Case("model.repository", "/models", "/models", c -> c.model().repository()),
        new Case(
            "model.preprocessing",
            "catalogue",
            ModelSettings.PreprocessingSource.CATALOGUE,
            c -> c.model().preprocessing()),
        new Case(
            "model.apply-softmax",
            "false",
            ModelSettings.ApplySoftmax.FALSE,
            c -> c.model().applySoftmax()),
        new Case("model.output", "probs", "probs", c -> c.model().output()),
        new Case("model.label-map", "/tags.yml", "/tags.yml", c -> c.model().labelMap()),
        new Case("model.locale", "zh", "zh", c -> c.model().locale()),
        new Case("batch.max-size", "16", 16, c -> c.batch().maxSize()),
        new Case("batch.max-delay", "0 ms", Duration.ZERO, c -> c.batch().maxDelay()),
        new Case("classify.workers", "3", 3, c -> c.classify().workers()),
        new Case("classify.top-k", "1", 1, c -> c.classify().topK()),
        new Case("classify.min-score", "0.25", 0.25f, c -> c.classify().minScore()),
        new Case("classify.ordered", "true", true, c -> c.classify().ordered()),
        new Case("classify.capacity", "100", 100, c -> c.classify().capacity()),
        new Case("classify.timeout", "90 s", Duration.ofSeconds(90), c -> c.classify().timeout()),
        new Case("classify.parallelism", "4", 4, c -> c.classify().parallelism()),
        new Case(
            "classify.exchange",
            "never",
            ClassifySettings.Exchange.NEVER,
            c -> c.classify().exchange()),
        new Case(
            "classify.max-inflight-bytes", "64 mb", 64L << 20, c -> c.fetch().maxInflightBytes()),
        new Case(
            "device.provider", "cuda", DeviceSettings.Provider.CUDA, c -> c.device().provider()),
        new Case("device.index", "1", 1, c -> c.device().index()),
        new Case(
            "device.on-unavailable",
            "fallback",
            DeviceSettings.OnUnavailable.FALLBACK,
            c -> c.device().onUnavailable()),
        new Case("device.concurrent-runs", "4", 4, c -> c.device().concurrentRuns()),
        new Case(
            "sink.type",
            "files",
            SinkSettings.Type.FILES,
            c -> c.events().type(),
            "sink.path",
            "/events",
            "rejections.path",
            "/rejections"),
        new Case(
            "sink.guarantee",
            "at-least-once",
            SinkSettings.Guarantee.AT_LEAST_ONCE,
            c -> c.events().guarantee()),
        new Case("sink.encoding", "json", SinkSettings.Encoding.JSON, c -> c.events().encoding()),
        new Case("sink.topic", "answers", "answers", c -> c.events().topic()),
        new Case(
            "sink.path",
            "/events",
            "/events",
            c -> c.events().path(),
            "sink.type",
            "files",
            "rejections.path",
            "/rejections"),
        new Case("sink.codec", "zstandard", SinkSettings.Codec.ZSTANDARD, c -> c.events().codec()),
        new Case(
            "sink.schema-id",
            "12",
            12,
            c -> c.events().schemaId(),
            "sink.encoding",
            "avro-confluent",
            "rejections.schema-id",
            "13"),
        new Case(
            "sink.kafka.bootstrap-servers",
            "out:9092",
            "out:9092",
            c -> c.events().bootstrapServers()),
        new Case(
            "sink.transactional-id-prefix",
            "tx-e",
            "tx-e",
            c -> c.events().transactionalIdPrefix()),
        new Case(
            "sink.transaction-timeout",
            "20 min",
            1_200_000L,
            c -> c.events().transactionTimeoutMillis()),
        new Case(
            "sink.kafka.properties",
            "linger.ms: 5",
            Map.of("linger.ms", "5"),
            c -> c.events().kafkaProperties()),
        new Case(
            "rejections.type",
            "files",
            SinkSettings.Type.FILES,
            c -> c.rejections().type(),
            "rejections.path",
            "/rejections"),
        new Case(
            "rejections.guarantee",
            "none",
            SinkSettings.Guarantee.NONE,
            c -> c.rejections().guarantee()),
        new Case(
            "rejections.encoding",
            "json",
            SinkSettings.Encoding.JSON,
            c -> c.rejections().encoding()),
        new Case("rejections.topic", "bad", "bad", c -> c.rejections().topic()),
        new Case(
            "rejections.path",
            "/bad",
            "/bad",
            c -> c.rejections().path(),
            "rejections.type",
            "files"),
        new Case(
            "rejections.codec", "snappy", SinkSettings.Codec.SNAPPY, c -> c.rejections().codec()),
        new Case(
            "rejections.schema-id",
            "13",
            13,
            c -> c.rejections().schemaId(),
            "rejections.encoding",
            "avro-confluent"),
        new Case(
            "rejections.kafka.bootstrap-servers",
            "bad:9092",
            "bad:9092",
            c -> c.rejections().bootstrapServers()),
        new Case(
            "rejections.transactional-id-prefix",
            "tx-r",
            "tx-r",
            c -> c.rejections().transactionalIdPrefix()),
        new Case(
            "rejections.transaction-timeout",
            "12 min",
            720_000L,
            c -> c.rejections().transactionTimeoutMillis()),
        new Case("rejections.max-raw-bytes", "10 kb", 10_240, c -> c.source().maxRawBytes()),
        new Case(
            "rejections.kafka.properties",
            "linger.ms: 9",
            Map.of("linger.ms", "9"),
            c -> c.rejections().kafkaProperties()),
        new Case("retries.topic", "again", "again", retry(sink -> sink.topic())),
        new Case(
            "retries.guarantee",
            "at-least-once",
            SinkSettings.Guarantee.AT_LEAST_ONCE,
            retry(sink -> sink.guarantee()),
            "retries.topic",
            "again"),
        new Case(
            "retries.kafka.bootstrap-servers",
            "again:9092",
            "again:9092",
            retry(sink -> sink.bootstrapServers()),
            "retries.topic",
            "again"),
        new Case(
            "retries.transactional-id-prefix",
            "tx-again",
            "tx-again",
            retry(sink -> sink.transactionalIdPrefix()),
            "retries.topic",
            "again"),
        new Case(
            "retries.transaction-timeout",
            "13 min",
            780_000L,
            retry(sink -> sink.transactionTimeoutMillis()),
            "retries.topic",
            "again"),
        new Case(
            "retries.kafka.properties",
            "linger.ms: 7",
            Map.of("linger.ms", "7"),
            retry(sink -> sink.kafkaProperties()),
            "retries.topic",
            "again"));
  }

  private static Function<ClassifyJobConfig, Object> retry(Function<SinkSettings, Object> setting) {
    return config -> config.retries() == null ? "none" : setting.apply(config.retries().sink());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void anOptionReachesItsSetting(Case option) {
    Map<String, String> set = ConfigFixtures.leastWith(option.alsoSet().toArray(String[]::new));
    ClassifyJobConfig without = ConfigFixtures.read(ConfigFixtures.least());
    set.put(option.key(), option.value());
    ClassifyJobConfig with = ConfigFixtures.read(set);

    assertThat(option.setting().apply(with)).isEqualTo(option.expected());
    assertThat(option.setting().apply(without)).isNotEqualTo(option.expected());
  }

  @Test
  void everyOptionHasACase() {
    Set<String> tested = cases().map(Case::key).collect(toCollection(TreeSet::new));

    assertThat(tested).containsExactlyElementsOf(new TreeSet<>(OptionCatalog.CLASSIFY.keys()));
  }
}
