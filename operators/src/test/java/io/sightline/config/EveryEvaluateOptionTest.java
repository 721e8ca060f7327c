// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sets every option of the evaluate job alone, and reads it back from the settings. */
class EveryEvaluateOptionTest {

  private record Case(
      String key,
      String value,
      Object expected,
      Function<EvaluateJobConfig, Object> setting,
      List<String> alsoSet) {

    Case(
        String key,
        String value,
        Object expected,
        Function<EvaluateJobConfig, Object> setting,
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
        new Case("evaluate.top-k", "3; 1", List.of(1, 3), c -> c.evaluate().topK()),
        new Case("evaluate.calibration-bins", "10", 10, c -> c.evaluate().calibrationBins()),
        new Case("evaluate.confused-pairs", "7", 7, c -> c.evaluate().confusedPairs()),
        new Case(
            "evaluate.report-interval",
            "9 s",
            Duration.ofSeconds(9),
            c -> c.stream().reportInterval()),
        new Case("evaluate.window.size", "1 h", Duration.ofHours(1), c -> c.stream().windowSize()),
        new Case(
            "evaluate.window.allowed-lateness",
            "2 min",
            Duration.ofMinutes(2),
            c -> c.stream().allowedLateness(),
            "evaluate.window.size",
            "1 h"),
        new Case(
            "evaluate.labels.topic",
            "labels",
            "labels",
            c -> c.labels() == null ? "" : c.labels().topic()),
        new Case(
            "evaluate.labels.format",
            "key-value",
            LabelSettings.Format.KEY_VALUE,
            c -> c.labels() == null ? "" : c.labels().format(),
            "evaluate.labels.topic",
            "labels"),
        new Case(
            "evaluate.labels.max-delay",
            "3 h",
            Duration.ofHours(3),
            c -> c.labels() == null ? "" : c.labels().maxDelay(),
            "evaluate.labels.topic",
            "labels"),
        new Case(
            "evaluate.reports.type",
            "files",
            SinkSettings.Type.FILES,
            c -> c.reports().type(),
            "evaluate.reports.path",
            "/reports"),
        new Case(
            "evaluate.reports.guarantee",
            "none",
            SinkSettings.Guarantee.NONE,
            c -> c.reports().guarantee()),
        new Case(
            "evaluate.reports.encoding",
            "json",
            SinkSettings.Encoding.JSON,
            c -> c.reports().encoding()),
        new Case("evaluate.reports.topic", "r", "r", c -> c.reports().topic()),
        new Case(
            "evaluate.reports.path",
            "/reports",
            "/reports",
            c -> String.valueOf(c.reports().path()),
            "evaluate.reports.type",
            "files"),
        new Case(
            "evaluate.reports.codec",
            "snappy",
            SinkSettings.Codec.SNAPPY,
            c -> c.reports().codec()),
        new Case(
            "evaluate.reports.schema-id",
            "14",
            14,
            c -> c.reports().schemaId(),
            "evaluate.reports.encoding",
            "avro-confluent"),
        new Case(
            "evaluate.reports.kafka.bootstrap-servers",
            "reports:9092",
            "reports:9092",
            c -> c.reports().bootstrapServers()),
        new Case(
            "evaluate.reports.transactional-id-prefix",
            "tx-v",
            "tx-v",
            c -> c.reports().transactionalIdPrefix()),
        new Case(
            "evaluate.reports.transaction-timeout",
            "13 min",
            780_000L,
            c -> c.reports().transactionTimeoutMillis()),
        new Case(
            "evaluate.reports.kafka.properties",
            "linger.ms: 9",
            Map.of("linger.ms", "9"),
            c -> c.reports().kafkaProperties()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void anOptionReachesItsSetting(Case option) {
    EvaluateJobConfig without = read(least());
    Map<String, String> set = least();
    for (int i = 0; i < option.alsoSet().size(); i += 2) {
      set.put(option.alsoSet().get(i), option.alsoSet().get(i + 1));
    }
    set.put(option.key(), option.value());
    EvaluateJobConfig with = read(set);

    assertThat(option.setting().apply(with)).isEqualTo(option.expected());
    assertThat(option.setting().apply(without)).isNotEqualTo(option.expected());
  }

  @Test
  void everyOptionHasACaseHereOrInTheTestOfClassify() {
    Set<String> tested = cases().map(Case::key).collect(Collectors.toCollection(TreeSet::new));
    Set<String> own = new TreeSet<>(OptionCatalog.EVALUATE.keys());
    own.removeAll(OptionCatalog.CLASSIFY.keys());

    assertThat(tested).containsExactlyElementsOf(own);
    assertThat(OptionCatalog.EVALUATE.keys()).containsAll(OptionCatalog.CLASSIFY.keys());
    assertThat(OptionCatalog.EVALUATE.keys()).containsAll(OptionCatalog.EVALUATE_DATASET.keys());
  }

  @Test
  void theOptionsOfClassifyReachTheSameSettings() {
    Map<String, String> options = least();
    options.putAll(
        Map.of(
            "fetch.threads", "9",
            "decode.max-pixels", "1000000",
            "model.version", "3",
            "batch.max-size", "16",
            "classify.workers", "3",
            "device.index", "1",
            "source.start", "latest",
            "rejections.encoding", "json"));
    EvaluateJobConfig evaluate = read(options);
    options.keySet().removeIf(key -> key.startsWith("evaluate."));
    options.put("sink.topic", "events");
    options.put("classify.top-k", "100");
    ClassifyJobConfig classify = ConfigFixtures.read(options);

    assertThat(evaluate.classify().fetch()).isEqualTo(classify.fetch());
    assertThat(evaluate.classify().decode()).isEqualTo(classify.decode());
    assertThat(evaluate.classify().model()).isEqualTo(classify.model());
    assertThat(evaluate.classify().batch()).isEqualTo(classify.batch());
    assertThat(evaluate.classify().classify()).isEqualTo(classify.classify());
    assertThat(evaluate.classify().device()).isEqualTo(classify.device());
    assertThat(evaluate.classify().source().start()).isEqualTo(classify.source().start());
    assertThat(evaluate.classify().rejections().encoding())
        .isEqualTo(classify.rejections().encoding());
  }

  static Map<String, String> least() {
    Map<String, String> options = new LinkedHashMap<>(ConfigFixtures.least());
    options.remove("sink.topic");
    options.put("evaluate.reports.topic", "reports");
    return options;
  }

  static EvaluateJobConfig read(Map<String, String> options) {
    Problems problems = new Problems();
    EvaluateJobConfig config =
        EvaluateJobConfig.read(ResolvedConfiguration.of(Configuration.fromMap(options)), problems);
    assertThat(problems.messages()).isEmpty();
    return requireNonNull(config);
  }
}
