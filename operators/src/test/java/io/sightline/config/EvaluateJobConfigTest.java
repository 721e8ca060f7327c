// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration of the evaluate job: its own defaults, and what does not go together. */
class EvaluateJobConfigTest {

  @Test
  void whatAReportNeedsIsRequiredAndASinkOfEventsIsNot() {
    assertThat(problems(Map.of("evaluate.top-k", "1")))
        .containsExactlyInAnyOrder(
            "source.kafka.bootstrap-servers must be set",
            "Either source.topics or source.topic-pattern must be set (got neither)",
            "rejections.topic must be set, because rejections.type is kafka",
            "evaluate.reports.topic must be set, because evaluate.reports.type is kafka");
    EvaluateJobConfig config = EveryEvaluateOptionTest.read(EveryEvaluateOptionTest.least());
    assertThat(config.classify().events().isThere()).isFalse();
    assertThat(config.classify().rejections().isThere()).isTrue();
    assertThat(config.needsWatermarks()).isFalse();
  }

  @Test
  void aRetryTopicIsOfTheClassifyJobAlone() {
    assertThat(problems(with("fetch.on-unavailable", "retry", "retries.topic", "again")))
        .containsExactly(
            "fetch.on-unavailable must be fail or reject: only classify has a retry topic (got"
                + " retry)",
            "retries.topic has no effect: only classify has a retry topic");
  }

  @Test
  void reportsAndRejectionsTakeWhatIsNotSetFromTheSink() {
    EvaluateJobConfig config =
        EveryEvaluateOptionTest.read(
            with(
                "sink.encoding", "json",
                "sink.guarantee", "at-least-once",
                "sink.kafka.bootstrap-servers", "out:9092"));

    for (SinkSettings sink : List.of(config.reports(), config.classify().rejections())) {
      assertThat(sink.encoding()).isEqualTo(SinkSettings.Encoding.JSON);
      assertThat(sink.guarantee()).isEqualTo(SinkSettings.Guarantee.AT_LEAST_ONCE);
      assertThat(sink.bootstrapServers()).isEqualTo("out:9092");
    }
    assertThat(config.reports().transactionalIdPrefix())
        .isNotEqualTo(config.classify().rejections().transactionalIdPrefix());
  }

  @ParameterizedTest
  @CsvSource({"1;5, 100", "1;300, 300", "1, 100"})
  void anEventHasRoomForEveryK(String topK, int classes) {
    EvaluateJobConfig config = EveryEvaluateOptionTest.read(with("evaluate.top-k", topK));

    assertThat(config.classify().classify().topK()).isEqualTo(classes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "classify.top-k | 4 | classify.top-k must be at least 5, the largest of evaluate.top-k: raise"
            + " it, or leave that k out (got 4)",
        "evaluate.top-k | 0;1 | evaluate.top-k must be a list of whole numbers from 1 to 999999 (got 0,"
            + " 1)",
        "evaluate.top-k | five | evaluate.top-k must be a list of whole numbers from 1 to 999999 (got"
            + " five)",
        "evaluate.calibration-bins | 1001 | evaluate.calibration-bins must be at most 1000 (got 1001)",
        "evaluate.calibration-bins | 0 | evaluate.calibration-bins must be at least 1 (got 0)",
        "evaluate.window.allowed-lateness | 1 s | evaluate.window.allowed-lateness has no effect,"
            + " because evaluate.window.size is not set: set it, or take this away",
        "evaluate.labels.max-delay | 1 s | evaluate.labels.max-delay has no effect, because"
            + " evaluate.labels.topic is not set: set it, or take this away",
        "evaluate.labels.topic | references | evaluate.labels.topic must not be among source.topics"
            + " (got references)",
        "evaluate.labels.topic | reports | evaluate.reports.topic must not be among"
            + " evaluate.labels.topic (got reports)",
        "evaluate.reports.topic | rejections | rejections.topic and evaluate.reports.topic must differ"
            + " (got rejections)",
        "evaluate.reports.topic | references | evaluate.reports.topic must not be among source.topics"
            + " (got references)",
        "evaluate.window.siz | 1 h | evaluate.window.siz is not a known option: did you mean"
            + " evaluate.window.size?"
      })
  void whatCanNotWorkIsNamedWithItsWayOut(String key, String value, String problem) {
    assertThat(problems(with(key, value))).containsExactly(problem);
  }

  @Test
  void anImageIsCountedOnceSoCheckpointsMustBeExactlyOnce() {
    String problem =
        "execution.checkpointing.mode must be EXACTLY_ONCE, because an evaluation counts each"
            + " image once";
    assertThat(problems(with("execution.checkpointing.mode", "AT_LEAST_ONCE"))).contains(problem);

    Problems ofDataset = new Problems();
    readForDataset(
        Map.of("model.dir", "/model", "execution.checkpointing.mode", "AT_LEAST_ONCE"), ofDataset);
    assertThat(ofDataset.messages()).containsExactly(problem);
  }

  @Test
  void aPartitionMustNotBecomeIdleWhileItsImagesAreOnTheirWay() {
    String problem =
        "source.idleness must be at least classify.timeout, or images of a partition that has become"
            + " idle are late (got 30 s < 1 min)";
    assertThat(problems(with("source.idleness", "30 s", "evaluate.window.size", "1 h")))
        .containsExactly(problem);
    assertThat(problems(with("source.idleness", "30 s", "evaluate.labels.topic", "labels")))
        .containsExactly(problem);
    assertThat(problems(with("source.idleness", "30 s"))).isEmpty();
    assertThat(problems(with("source.idleness", "0 s", "evaluate.window.size", "1 h"))).isEmpty();
  }

  @Test
  void theClassifyJobHasNoneOfItsOptions() {
    assertThat(ConfigFixtures.problems(ConfigFixtures.leastWith("evaluate.top-k", "1")))
        .singleElement()
        .asString()
        .startsWith("evaluate.top-k is not a known option");
  }

  @Test
  void aDataSetHasNoOptionsOfStreams() {
    Problems problems = new Problems();
    Map<String, String> options =
        Map.of(
            "model.dir", "/model",
            "source.topics", "references",
            "rejections.topic", "rejections",
            "evaluate.window.size", "1 h",
            "evaluate.topk", "1");
    readForDataset(options, problems);

    assertThat(problems.messages())
        .containsExactlyInAnyOrder(
            "evaluate.window.size is for streams and has no effect with --dataset: take it away",
            "rejections.topic is for streams and has no effect with --dataset: take it away",
            "source.topics is for streams and has no effect with --dataset: take it away",
            "evaluate.topk is not a known option: did you mean evaluate.top-k?");
  }

  @Test
  void aDataSetWritesAvroFilesAndOneReport() {
    Problems problems = new Problems();
    EvaluateJobConfig config = readForDataset(Map.of("model.dir", "/model"), problems);

    assertThat(problems.messages()).isEmpty();
    assertThat(config.classify().events().path()).isEqualTo("file:/e");
    assertThat(config.classify().rejections().path()).isEqualTo("file:/r");
    assertThat(config.reports().path()).isEqualTo("file:/p");
    assertThat(config.stream()).isEqualTo(EvaluateStreamSettings.AT_THE_END);
    assertThat(config.classify().classify().topK()).isEqualTo(100);
  }

  private static Map<String, String> with(String... keysAndValues) {
    Map<String, String> options = new HashMap<>(EveryEvaluateOptionTest.least());
    for (int i = 0; i < keysAndValues.length; i += 2) {
      options.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return options;
  }

  private static EvaluateJobConfig readForDataset(Map<String, String> options, Problems problems) {
    return EvaluateJobConfig.readForDataset(
        ResolvedConfiguration.of(Configuration.fromMap(options)),
        "file:/e",
        "file:/r",
        "file:/p",
        problems);
  }

  private static List<String> problems(Map<String, String> options) {
    Problems problems = new Problems();
    EvaluateJobConfig.read(ResolvedConfiguration.of(Configuration.fromMap(options)), problems);
    return problems.messages();
  }
}
