// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {

  @TempDir private Path folder;

  private final Problems problems = new Problems();
  private final ConfigLoader loader =
      new ConfigLoader(Map.of("PW", "hunter2", "SIZE", "many", "EMPTY", "")::get, problems);

  @Test
  void nestedAndDottedKeysAreTheSame() throws IOException {
    ClassifyJobConfig config =
        read(
            """
            source:
              kafka:
                bootstrap-servers: broker:9092
                properties:
                  security.protocol: SSL
              topics: [a, b]
            source.format: json
            model.dir: /models/a
            sink.topic: events
            rejections: {topic: rejections}
            """);

    assertThat(problems.messages()).isEmpty();
    assertThat(config.source().topics()).containsExactly("a", "b");
    assertThat(config.source().kafkaProperties()).isEqualTo(Map.of("security.protocol", "SSL"));
    assertThat(config.source().format()).isEqualTo(SourceSettings.Format.JSON);
  }

  @Test
  void pairsOverrideTheFileAndFlagsOverridePairs() throws IOException {
    loader
        .file(write("batch.max-size: 2\nbatch.max-delay: 5 ms\nmodel.dir: /file\n"))
        .set("batch.max-size=16")
        .set("model.dir=/set")
        .set("model.dir", "/flag", "--model");

    ClassifyJobConfig config = ClassifyJobConfig.read(loader.resolve(), problems);

    assertThat(config.batch().maxSize()).isEqualTo(16);
    assertThat(config.model().dir()).isEqualTo("/flag");
    assertThat(option(config, "batch.max-size").origin()).isEqualTo("--set");
    assertThat(option(config, "model.dir").origin()).isEqualTo("--model");
    assertThat(option(config, "batch.max-delay").origin()).endsWith("job.yaml:2");
    assertThat(option(config, "classify.top-k").origin()).isEqualTo("default");
    assertThat(option(config, "source.group-id").origin()).isEqualTo("from job.name");
  }

  @Test
  void whatTheClusterSaysComesBeforeOurDefaultsAndAfterTheFile() throws IOException {
    loader
        .cluster(
            Map.of(
                "execution.checkpointing.interval", "1 min",
                "execution.checkpointing.timeout", "2 min",
                "execution.checkpointing.unaligned", "false", // the name of earlier versions
                "pipeline.generic-types", "true", // which can't be
                "taskmanager.host", "a"))
        .file(write("execution.checkpointing.timeout: 3 min"));

    ClassifyJobConfig config = ClassifyJobConfig.read(loader.resolve(), problems);

    assertThat(config.flink().toMap())
        .containsEntry("execution.checkpointing.interval", "1 min")
        .containsEntry("execution.checkpointing.timeout", "3 min")
        .containsEntry("pipeline.generic-types", "false")
        .doesNotContainKey("taskmanager.host");
    assertThat(config.flink().getOptional(CheckpointingOptions.ENABLE_UNALIGNED)).hasValue(false);
    assertThat(option(config, "execution.checkpointing.interval").origin())
        .isEqualTo("the cluster");
    assertThat(option(config, "execution.checkpointing.timeout").origin()).endsWith("job.yaml:1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode | AT_LEAST_ONCE | execution.checkpointing.mode must be EXACTLY_ONCE, because"
            + " sink.guarantee is exactly-once",
        "interval | 0 ms | execution.checkpointing.interval must be more than 0, because"
            + " sink.guarantee is exactly-once",
        "min-pause | 15 min | sink.transaction-timeout must exceed what two slow checkpoints take, or"
            + " the broker aborts what they have written (got 14 min <= 25 min): raise it, or lower"
            + " execution.checkpointing.timeout (5 min)",
        "tolerable-failed-checkpoints | 2 | sink.transaction-timeout must exceed what two slow"
            + " checkpoints take, or the broker aborts what they have written (got 14 min <= 20 min):"
            + " raise it, or lower execution.checkpointing.timeout (5 min)",
        "timeout | 30 s | classify.timeout must be below execution.checkpointing.timeout (got 1 min >="
            + " 30 s)"
      })
  void whatTheClusterSaysIsCheckedAndNamedAsTheClusters(String key, String value, String problem) {
    loader.cluster(Map.of("execution.checkpointing." + key, value));
    ConfigFixtures.least().forEach((option, set) -> loader.set(option + "=" + set));

    ClassifyJobConfig.read(loader.resolve(), problems);

    assertThat(problems.messages())
        .contains(
            problem
                + "; the cluster has set execution.checkpointing.%s: %s, which the job's configuration may override"
                    .formatted(key, value));
  }

  @Test
  void secretsComeFromTheEnvironmentAndFilesAndAreNeverShown() throws IOException {
    Path secret = Files.writeString(folder.resolve("pw"), "from-file\n");
    ClassifyJobConfig config =
        read(
            """
            source.kafka.properties.sasl.jaas.config: 'x password="${env:PW}";'
            sink.kafka.properties.ssl.key.password: ${file:%s}
            model.version: ${env:PW}
            """
                .formatted(secret));

    assertThat(config.source().kafkaProperties())
        .containsEntry("sasl.jaas.config", "x password=\"hunter2\";");
    assertThat(config.events().kafkaProperties()).containsEntry("ssl.key.password", "from-file");
    assertThat(config.model().version()).isEqualTo("hunter2");
    assertThat(config.toString()).doesNotContain("hunter2").doesNotContain("from-file");
    assertThat(option(config, "model.version").value()).isEqualTo(Secrets.MASK);
  }

  @Test
  void aSecretIsMaskedInProblemsToo() throws IOException {
    read("batch.max-size: ${env:SIZE}\nexecution.checkpointing.interval: ${env:PW}\n");

    assertThat(problems.messages())
        .contains(
            "batch.max-size must be a whole number (got ******)",
            "execution.checkpointing.interval has a value that Flink can't read (got ******)")
        .noneMatch(message -> message.contains("many") || message.contains("hunter2"));
  }

  @Test
  void aSecretThatIsNotThereIsNamedWithItsKey() throws IOException {
    read(
        """
        sink.kafka.properties.a: ${env:NOT_SET}
        sink.kafka.properties.b: ${file:/not/there}
        sink.kafka.properties.c: ${evn:PW}
        """);

    assertThat(problems.messages())
        .contains(
            "sink.kafka.properties.a needs the environment variable NOT_SET, which is not set",
            "sink.kafka.properties.b needs a secret from the file /not/there, which can't be read"
                + " (NoSuchFileException)",
            "sink.kafka.properties.c must take secrets from ${env:NAME} or ${file:/path} (got"
                + " ${evn:...})");
  }

  @Test
  void anEnvironmentVariableThatIsEmptyIsNoName() throws IOException {
    read("source.group-id: ${env:EMPTY}\n");

    assertThat(problems.messages())
        .contains("source.group-id must not be blank: give it a value, or leave it out");
  }

  @Test
  void aKeyThatIsSetTwiceIsNamedWithBothPlaces() throws IOException {
    read("batch.max-size: 2\nbatch:\n  max-size: 3\n");

    assertThat(problems.messages())
        .anyMatch(
            message ->
                message.matches(
                    "batch.max-size is set twice, at .*job.yaml:1 and at .*job.yaml:3"));
  }

  @Test
  void whatIsNotAnOptionIsNamedWithItsLine() throws IOException {
    read("batch.max-size:\nfetch.schemes: [{a: b}]\n");

    assertThat(problems.messages())
        .anyMatch(message -> message.endsWith("job.yaml:1: batch.max-size has no value"))
        .anyMatch(
            message ->
                message.endsWith("job.yaml:2: fetch.schemes must be a list of plain values"));
  }

  @Test
  void brokenYamlIsAProblemThatDoesNotQuoteTheFile() throws IOException {
    read("a: b\npassword: 'hunter2\n");

    assertThat(problems.messages().get(0)).contains("is not YAML").doesNotContain("hunter2");
  }

  @Test
  void aYamlThatRefersToItselfIsAProblem() throws IOException {
    read("sink: &a\n  kafka: *a\n");

    assertThat(problems.messages()).anyMatch(message -> message.endsWith("refers to itself"));
  }

  @Test
  void aMissingFileAndABrokenPairAreProblems() {
    loader.file(folder.resolve("none.yaml")).set("password hunter2").resolve();

    assertThat(problems.messages())
        .containsExactly(
            "The configuration file %s does not exist".formatted(folder.resolve("none.yaml")),
            "--set must be followed by KEY=VALUE");
  }

  @Test
  void theExampleConfigurationIsValidAndStatesTheDefaults() throws IOException {
    Path example = RepositoryFolder.find().resolve("conf/classify.yaml");
    ClassifyJobConfig config = ClassifyJobConfig.read(loader.file(example).resolve(), problems);

    assertThat(problems.messages()).isEmpty();
    assertThat(config.events().guarantee()).isEqualTo(SinkSettings.Guarantee.EXACTLY_ONCE);
    assertThat(config.flink().get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(FlinkConfiguration.CHECKPOINT_INTERVAL);
    // Only what says which topics, model and format there are may differ from the default.
    assertThat(config.options())
        .filteredOn(option -> option.origin().contains("classify.yaml"))
        .filteredOn(option -> !option.value().equals(byDefault(option.key())))
        .extracting(ResolvedOption::key)
        .containsExactlyInAnyOrder(
            "source.kafka.bootstrap-servers",
            "source.topics",
            "source.format",
            "model.dir",
            "sink.topic",
            "rejections.topic",
            "execution.checkpointing.interval");
    assertThat(Files.readString(example)).contains("only after the next\n  # checkpoint");
  }

  @Test
  void theExampleOfEvaluateIsValidAndStatesTheDefaults() {
    Path example = RepositoryFolder.find().resolve("conf/evaluate.yaml");
    EvaluateJobConfig config = EvaluateJobConfig.read(loader.file(example).resolve(), problems);

    assertThat(problems.messages()).isEmpty();
    assertThat(config.classify().options())
        .filteredOn(option -> option.origin().contains("evaluate.yaml"))
        .filteredOn(option -> !option.value().equals(byDefault(option.key())))
        .extracting(ResolvedOption::key)
        .containsExactlyInAnyOrder(
            "job.name",
            "source.kafka.bootstrap-servers",
            "source.topics",
            "source.format",
            "model.dir",
            "evaluate.reports.topic",
            "rejections.topic",
            "execution.checkpointing.interval");
    assertThat(config.classify().jobName()).isEqualTo(EvaluateJobConfig.DEFAULT_NAME);
  }

  private static String byDefault(String key) {
    return OptionCatalog.EVALUATE.options().stream()
        .filter(known -> known.option().key().equals(key))
        .map(known -> Optional.ofNullable((Object) known.option().defaultValue()))
        .map(value -> value.map(OptionTypes::text).orElse(""))
        .findFirst()
        .orElse("");
  }

  private ClassifyJobConfig read(String yaml) throws IOException {
    return ClassifyJobConfig.read(loader.file(write(yaml)).resolve(), problems);
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("job.yaml"), yaml);
  }

  private static ResolvedOption option(ClassifyJobConfig config, String key) {
    List<ResolvedOption> found =
        config.options().stream().filter(option -> option.key().equals(key)).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
