// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.ConfigurationException;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.OnnxGraphs;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classify operator as a job of one's own gets it. */
class ClassificationTest {

  @TempDir Path folder;

  @BeforeEach
  void writeModel() throws Exception {
    OnnxGraphs.classifier(6, 8, 8).writeFolder(folder);
  }

  @Test
  void aFolderIsEnough() throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    DataStream<Outcome> outcomes = Classification.of(folder.toString()).applyTo(references(env));
    assertThat(outcomes.getParallelism()).isEqualTo(env.getParallelism());
  }

  @Test
  void optionsOfTheOperatorAreTakenAndThoseOfOthersPassedOver() throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    Configuration options =
        Configuration.fromMap(
            Map.of(
                "classify.parallelism", "3",
                "classify.ordered", "true",
                "my.own.key", "x",
                "sink.type", "none of ours here",
                "parallelism.default", "2"));
    assertThat(
            Classification.of(folder.toString(), options).applyTo(references(env)).getParallelism())
        .isEqualTo(3);
    assertThat(options.containsKey("model.dir")).isFalse();
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    Configuration options =
        Configuration.fromMap(
            Map.of(
                "classify.topk", "3",
                "batch.max-size", "0",
                "fetch.timeout", "2 min"));
    assertThatThrownBy(() -> Classification.of(folder.resolve("no-model").toString(), options))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e -> {
              assertThat(e.problems())
                  .hasSize(4)
                  .contains(
                      "classify.topk is not a known option: did you mean classify.top-k?",
                      "batch.max-size must be at least 1 (got 0)",
                      "fetch.timeout must not exceed classify.timeout (got 2 min > 1 min)");
              assertThat(e.problems().get(3)).contains("no-model");
            });
  }

  private static DataStream<ImageReference> references(StreamExecutionEnvironment env) {
    return env.fromData(ImageReference.newBuilder().setId("1").setUri("file:/1.jpg").build());
  }
}
