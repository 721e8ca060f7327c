// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static io.sightline.config.ConfigFixtures.leastWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifyJobConfigTest {

  @Test
  void theLeastConfigurationHasNoProblem() {
    assertThat(ConfigFixtures.problems(ConfigFixtures.least())).isEmpty();
  }

  @Test
  void nothingSetNamesEverythingThatIsRequired() {
    assertThat(ConfigFixtures.problems(Map.of()))
        .containsExactlyInAnyOrder(
            "source.kafka.bootstrap-servers must be set",
            "Either source.topics or source.topic-pattern must be set (got neither)",
            "sink.topic must be set, because sink.type is kafka",
            "rejections.topic must be set, because rejections.type is kafka");
  }

  @Test
  void allProblemsAreFoundInOnePass() {
    assertThat(
            ConfigFixtures.problems(
                leastWith(
                    "batch.max-size", "none",
                    "batch.max-delay", "20 fortnights",
                    "fetch.max-bytes", "many",
                    "classify.ordered", "perhaps",
                    "classify.min-score", "1.5",
                    "sink.guarantee", "twice",
                    "sorce.format", "json",
                    "source.start-timestamp", "yesterday")))
        .contains(
            "batch.max-size must be a whole number (got none)",
            "batch.max-delay must be a duration such as 5 s (got 20 fortnights)",
            "fetch.max-bytes must be a size such as 64 mb (got many)",
            "classify.ordered must be true or false (got perhaps)",
            "classify.min-score must be between 0 and 1 (got 1.5)",
            "sink.guarantee must be exactly-once, at-least-once or none (got twice)",
            "sorce.format is not a known option: did you mean source.format?",
            "source.start-timestamp must be ISO-8601 with an offset or milliseconds since 1970 (got"
                + " yesterday)");
  }

  @Test
  void theRetryTopicIsReadCommittedInAGroupOfItsOwnAsItsBrokersNeedIt() {
    ClassifyJobConfig same =
        ConfigFixtures.read(
            leastWith(
                "retries.topic", "again",
                "source.group-id", "g",
                "source.kafka.properties.isolation.level", "read_uncommitted",
                "source.kafka.properties.ssl.protocol", "TLS",
                "source.kafka.properties.fetch.max.bytes", "7"));
    SourceSettings source = Objects.requireNonNull(same.retries()).source(same.source());
    assertThat(source.topics()).containsExactly("again");
    assertThat(source.groupId()).isEqualTo("g-retries");
    assertThat(source.bootstrapServers()).isEqualTo("broker:9092");
    assertThat(source.kafkaProperties())
        .containsExactlyInAnyOrderEntriesOf(Map.of("ssl.protocol", "TLS", "fetch.max.bytes", "7"));

    ClassifyJobConfig other =
        ConfigFixtures.read(
            leastWith(
                "retries.topic", "again",
                "source.kafka.properties.fetch.max.bytes", "7",
                "retries.kafka.bootstrap-servers", "other:9092",
                "sink.kafka.properties.security.protocol", "SSL",
                "retries.kafka.properties.linger.ms", "7"));
    source = Objects.requireNonNull(other.retries()).source(other.source());
    assertThat(source.bootstrapServers()).isEqualTo("other:9092");
    assertThat(source.kafkaProperties())
        .containsExactlyInAnyOrderEntriesOf(Map.of("security.protocol", "SSL"));
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        problem(
            "source.topics and source.topic-pattern", "(got both)", "source.topic-pattern", "a.*"),
        problem(
            "a broken pattern",
            "source.topic-pattern must be a Java regular expression",
            "source.topics",
            null,
            "source.topic-pattern",
            "(("),
        problem(
            "timestamp without one",
            "source.start-timestamp must be set, because source.start is timestamp",
            "source.start",
            "timestamp"),
        problem(
            "a timestamp that is not used",
            "source.start-timestamp has no effect, because source.start is committed",
            "source.start-timestamp",
            "0"),
        problem(
            "a plain URI's id field",
            "source.id must be kafka-key, uri or offset",
            "source.format",
            "uri"),
        problem(
            "connect longer than fetch",
            "fetch.connect-timeout must not exceed fetch.timeout (got 30 s > 10 s)",
            "fetch.connect-timeout",
            "30 s"),
        problem(
            "fetch longer than the whole",
            "fetch.timeout must not exceed classify.timeout (got 90 s > 1 min)",
            "fetch.timeout",
            "90 s"),
        problem(
            "patience as long as the whole",
            "fetch.patience + fetch.timeout must be below classify.timeout (got 50 s + 10 s >= 1 min):"
                + " lower one of them, or raise the last",
            "fetch.patience",
            "50 s"),
        problem(
            "retry without a topic",
            "retries.topic must be set, because fetch.on-unavailable is retry",
            "fetch.on-unavailable",
            "retry"),
        problem(
            "a retry topic that is the source",
            "retries.topic must not be among source.topics (got references)",
            "retries.topic",
            "references"),
        problem(
            "a retry topic that is the rejections'",
            "rejections.topic and retries.topic must differ (got rejections)",
            "retries.topic",
            "rejections"),
        problem(
            "waiting as long as the whole",
            "batch.max-delay must be below classify.timeout (got 1 min >= 1 min)",
            "batch.max-delay",
            "1 min"),
        problem(
            "classify as long as a checkpoint",
            "classify.timeout must be below execution.checkpointing.timeout (got 1 min >= 1 min)",
            "execution.checkpointing.timeout",
            "60 s"),
        problem(
            "too little capacity",
            "classify.capacity must be at least batch.max-size x (classify.workers + 1) = 40 (got 39)",
            "classify.capacity",
            "39",
            "classify.workers",
            "4"),
        problem(
            "an image larger than the bound",
            "fetch.max-bytes must not exceed classify.max-inflight-bytes (got 33554432 > 1048576"
                + " bytes)",
            "classify.max-inflight-bytes",
            "1 mb"),
        problem(
            "an inline image larger than the bound",
            "source.max-inline-bytes must not exceed classify.max-inflight-bytes",
            "source.max-inline-bytes",
            "200 mb"),
        problem(
            "confluent without a schema",
            "sink.schema-id must be set, because sink.encoding is avro-confluent",
            "sink.encoding",
            "avro-confluent",
            "rejections.encoding",
            "json"),
        problem(
            "confluent in files",
            "sink.encoding must be avro-single-object or json, because sink.type is files",
            "sink.encoding",
            "avro-confluent",
            "sink.type",
            "files",
            "sink.path",
            "/e",
            "rejections.path",
            "/r"),
        problem(
            "files without a folder",
            "sink.path must be set, because sink.type is files",
            "sink.type",
            "files",
            "rejections.path",
            "/r"),
        problem(
            "files at least once",
            "sink.guarantee must be exactly-once, because sink.type is files (got at-least-once)",
            "sink.guarantee",
            "at-least-once",
            "sink.type",
            "files",
            "sink.path",
            "/e",
            "rejections.path",
            "/r"),
        problem(
            "exactly-once without checkpoints",
            "execution.checkpointing.interval must be more than 0, because sink.guarantee is"
                + " exactly-once",
            "execution.checkpointing.interval",
            "0 s"),
        problem(
            "exactly-once with weaker checkpoints",
            "execution.checkpointing.mode must be EXACTLY_ONCE, because sink.guarantee is exactly-once",
            "execution.checkpointing.mode",
            "AT_LEAST_ONCE"),
        problem(
            "a transaction shorter than a checkpoint",
            "sink.transaction-timeout must exceed what two slow checkpoints take, or the broker aborts"
                + " what they have written (got 10 min <= 10 min): raise it, or lower"
                + " execution.checkpointing.timeout (5 min)",
            "sink.transaction-timeout",
            "10 min"),
        problem(
            "a pause that outlasts a transaction",
            "(got 14 min <= 15 min)",
            "execution.checkpointing.min-pause",
            "5 min"),
        problem(
            "failed checkpoints that outlast a transaction",
            "(got 14 min <= 15 min)",
            "execution.checkpointing.tolerable-failed-checkpoints",
            "1"),
        problem(
            "files with weaker checkpoints",
            "execution.checkpointing.mode must be EXACTLY_ONCE, because sink.type is files, and files"
                + " are exactly-once",
            "execution.checkpointing.mode",
            "AT_LEAST_ONCE",
            "sink.type",
            "files",
            "sink.path",
            "/e"),
        problem(
            "order behind an exchange",
            "classify.exchange must be auto or never, because classify.ordered is true, and behind an"
                + " exchange a partition has no order",
            "classify.ordered",
            "true",
            "classify.exchange",
            "always"),
        problem(
            "order with references that are retried",
            "fetch.on-unavailable must be fail or reject, because classify.ordered is true, and a"
                + " reference that is retried comes back behind those after it (got retry)",
            "classify.ordered",
            "true",
            "fetch.on-unavailable",
            "retry",
            "retries.topic",
            "again"),
        problem(
            "order over another parallelism",
            "classify.parallelism (4) must be left out or be that of the job, because classify.ordered"
                + " is true: set parallelism.default",
            "classify.ordered",
            "true",
            "classify.parallelism",
            "4"),
        problem(
            "another parallelism without an exchange",
            "classify.parallelism (4) must be left out or be that of the job, because classify.exchange"
                + " is never: set parallelism.default",
            "classify.exchange",
            "never",
            "classify.parallelism",
            "4",
            "parallelism.default",
            "2"),
        problem(
            "requests smaller than an event",
            "sink.kafka.properties.max.request.size must be at least 212992",
            "sink.kafka.properties.max.request.size",
            "131072"),
        problem(
            "requests smaller than a rejection",
            "rejections.kafka.properties.max.request.size must be at least 868352",
            "rejections.encoding",
            "json",
            "rejections.kafka.properties.max.request.size",
            "400000"),
        problem(
            "one topic for both",
            "sink.topic and rejections.topic must differ (got events)",
            "rejections.topic",
            "events"),
        problem(
            "events that are read again",
            "sink.topic must not be among source.topics (got references)",
            "sink.topic",
            "references"),
        problem(
            "events that are read again from brokers in another order",
            "sink.topic must not be among source.topics (got references)",
            "sink.topic",
            "references",
            "source.kafka.bootstrap-servers",
            "a:9092,b:9092",
            "sink.kafka.bootstrap-servers",
            "B:9092, a:9092"),
        problem(
            "a rejection larger than a request",
            "rejections.max-raw-bytes is too large",
            "rejections.max-raw-bytes",
            "1 mb"),
        problem("Kryo", "pipeline.generic-types must be false", "pipeline.generic-types", "true"),
        problem("two names", "pipeline.name must not be set", "pipeline.name", "other"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "job.name",
        "source.group-id",
        "sink.transactional-id-prefix",
        "rejections.transactional-id-prefix",
        "retries.transactional-id-prefix"
      })
  void aNameThatIsBlankIsNoName(String option) {
    for (String blank : List.of("", " ")) {
      assertThat(ConfigFixtures.problems(leastWith("retries.topic", "again", option, blank)))
          .containsExactly(option + " must not be blank: give it a value, or leave it out");
    }
  }

  @ParameterizedTest
  @CsvSource({"sink.topic, events", "rejections.topic, rejections", "retries.topic, again"})
  void aTopicThatIsWrittenMustNotMatchThePatternOfThoseThatAreRead(String option, String topic) {
    Map<String, String> options = leastWith(option, "images-" + topic);
    options.remove("source.topics");
    options.put("source.topic-pattern", "images-.*");
    assertThat(ConfigFixtures.problems(options))
        .containsExactly(
            "%s must not match source.topic-pattern (got images-%s)".formatted(option, topic));
    options.put("source.topic-pattern", "images");
    assertThat(ConfigFixtures.problems(options)).isEmpty();
  }

  private static Arguments problem(String name, String message, String... options) {
    return Arguments.of(name, message, leastWith(options));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("impossible")
  void anImpossibleCombinationIsNamed(String name, String message, Map<String, String> options) {
    assertThat(ConfigFixtures.problems(options))
        .as(name)
        .anySatisfy(found -> assertThat(found).contains(message));
  }

  @Test
  void flinksOwnDefaultsAreReplacedUnlessSet() {
    Configuration byDefault = ConfigFixtures.read(ConfigFixtures.least()).flink();
    Configuration set =
        ConfigFixtures.read(
                leastWith(
                    "execution.checkpointing.interval", "1 s", "pipeline.object-reuse", "false"))
            .flink();

    assertThat(byDefault.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(byDefault.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT))
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(byDefault.get(PipelineOptions.GENERIC_TYPES)).isFalse();
    assertThat(byDefault.get(PipelineOptions.OBJECT_REUSE)).isTrue();
    assertThat(set.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(set.get(PipelineOptions.OBJECT_REUSE)).isFalse();
  }

  @Test
  void flinkGetsItsOwnOptionsAndNoneOfOurs() {
    Configuration flink =
        ConfigFixtures.read(
                leastWith(
                    "parallelism.default", "3",
                    "s3.endpoint", "http://store",
                    "state.backend.rocksdb.memory.managed", "true",
                    "source.kafka.properties.sasl.jaas.config", "hunter2"))
            .flink();

    assertThat(flink.keySet())
        .containsExactlyInAnyOrder(
            "parallelism.default",
            "s3.endpoint",
            "state.backend.rocksdb.memory.managed",
            "execution.checkpointing.interval",
            "execution.checkpointing.timeout",
            "pipeline.generic-types",
            "pipeline.object-reuse");
  }

  @Test
  void anUnknownKeyComesWithTheNearestKnownOne() {
    assertThat(
            ConfigFixtures.problems(
                leastWith(
                    "batch.maxsize", "8",
                    "execution.checkpointing.intervall", "1 s",
                    "taskmanager.numberOfTaskSlot", "2",
                    "restart-strategy.exponential-delay.initial-backof", "1 s",
                    "sink.kafka.property.acks", "all",
                    "colour", "blue")))
        .containsExactlyInAnyOrder(
            "batch.maxsize is not a known option: did you mean batch.max-size?",
            "execution.checkpointing.intervall is not a known option: did you mean"
                + " execution.checkpointing.interval?",
            "taskmanager.numberOfTaskSlot is not a known option: did you mean"
                + " taskmanager.numberOfTaskSlots?",
            "restart-strategy.exponential-delay.initial-backof is not a known option: did you mean"
                + " restart-strategy.exponential-delay.initial-backoff?",
            "sink.kafka.property.acks is not a known option: did you mean sink.kafka.properties?",
            "colour is not a known option");
  }

  @Test
  void aValueThatFlinkCannotReadIsAProblem() {
    assertThat(
            ConfigFixtures.problems(
                leastWith(
                    "execution.checkpointing.interval", "soon", "parallelism.default", "two")))
        .containsExactlyInAnyOrder(
            "execution.checkpointing.interval has a value that Flink can't read (got soon)",
            "parallelism.default has a value that Flink can't read (got two)");
  }

  @Test
  void rejectionsGoWhereEventsGoUnlessTheySayOtherwise() {
    ClassifyJobConfig config =
        ConfigFixtures.read(
            leastWith(
                "sink.kafka.bootstrap-servers", "out:9092",
                "sink.guarantee", "at-least-once",
                "sink.encoding", "json",
                "sink.kafka.properties.linger.ms", "5",
                "sink.kafka.properties.acks", "all",
                "rejections.kafka.properties.linger.ms", "50"));

    SinkSettings rejections = config.rejections();
    assertThat(rejections.bootstrapServers()).isEqualTo("out:9092");
    assertThat(rejections.guarantee()).isEqualTo(SinkSettings.Guarantee.AT_LEAST_ONCE);
    assertThat(rejections.encoding()).isEqualTo(SinkSettings.Encoding.JSON);
    assertThat(rejections.kafkaProperties()).isEqualTo(Map.of("linger.ms", "50", "acks", "all"));
    assertThat(config.events().kafkaProperties()).containsEntry("linger.ms", "5");
  }

  @Test
  void transactionalIdsStayTheSameForAJobAndDifferBetweenJobsAndSinks() {
    ClassifyJobConfig job = ConfigFixtures.read(ConfigFixtures.least());
    ClassifyJobConfig again =
        ConfigFixtures.read(leastWith("batch.max-size", "64", "model.dir", "/models/other"));

    assertThat(again.events().transactionalIdPrefix())
        .isEqualTo(job.events().transactionalIdPrefix())
        .startsWith("sightline-classify-events-");
    assertThat(
            Stream.concat(
                Stream.of(
                    job.events().transactionalIdPrefix(), job.rejections().transactionalIdPrefix()),
                Stream.of(
                        leastWith("job.name", "other"),
                        leastWith("source.group-id", "other"),
                        leastWith("source.topics", "other"),
                        leastWith("sink.topic", "other"))
                    .map(options -> ConfigFixtures.read(options).events().transactionalIdPrefix())))
        .doesNotHaveDuplicates();
  }

  @Test
  void theOrderOfTopicsDoesNotChangeTheTransactionalIds() {
    assertThat(List.of("a, b", "b, a"))
        .extracting(
            topics ->
                ConfigFixtures.read(leastWith("source.topics", topics))
                    .events()
                    .transactionalIdPrefix())
        .containsOnly(
            ConfigFixtures.read(leastWith("source.topics", "[a, b]"))
                .events()
                .transactionalIdPrefix());
  }

  @Test
  void theTextOfAConfigurationShowsNoSecret() {
    ClassifyJobConfig config =
        ConfigFixtures.read(
            leastWith(
                "source.kafka.properties.sasl.jaas.config", "hunter2",
                "sink.kafka.properties", "ssl.key.password: hunter2",
                "model.dir", "s3://key:hunter2@models/a?token=hunter2",
                "s3.secret-key", "hunter2"));

    assertThat(config.toString()).contains("sasl.jaas.config").doesNotContain("hunter2");
    assertThat(config.events().kafkaProperties()).containsEntry("ssl.key.password", "hunter2");
  }
}
