// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.SourceSettings;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.testing.Settings;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.MetricRegistry;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ParseFunctionTest {

  @Test
  void goodRecordsAreReferencesAndBrokenOnesRejections() throws Exception {
    ParseFunction function =
        new ParseFunction(Settings.source(SourceSettings.Format.JSON, SourceSettings.Id.FIELD));
    try (OneInputStreamOperatorTestHarness<SourceRecord, ImageReference> harness =
        new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function))) {
      harness.open();
      harness.setProcessingTime(5000);

      harness.processElement(record(1, "{\"id\":\"a\",\"uri\":\"https://h/a.jpg\"}"), 77);
      harness.processElement(record(2, "broken"), 78);
      harness.processElement(record(3, "{\"id\":\"c\",\"uri\":\"C:\\\\c.jpg\"}"), 79);
      harness.processElement(new SourceRecord("references", 0, 4, 1, null, null), 80);

      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(
              reference -> {
                assertThat(reference.getId()).isEqualTo("a");
                assertThat(reference.getSubmittedAt()).isEqualTo(Instant.ofEpochMilli(1234));
                assertThat(reference.getOrigin().getOffset()).isEqualTo(1);
              });
      assertThat(harness.getSideOutput(Rejections.TAG))
          .extracting(record -> record.getValue().getReason())
          .containsExactly("malformed-record", "malformed-uri", "empty-record");
      assertThat(harness.getSideOutput(Rejections.TAG))
          .extracting(record -> record.getValue().getReferenceId())
          .containsExactly(null, "c", null);
      Rejection first = harness.getSideOutput(Rejections.TAG).peek().getValue();
      assertThat(first.getStage()).isEqualTo("parse");
      assertThat(first.getOccurredAt()).isEqualTo(Instant.ofEpochMilli(5000));
      assertThat(first.getOrigin().getOffset()).isEqualTo(2);
      assertThat(first.getOrigin().getRaw()).isEqualTo(ByteBuffer.wrap("broken".getBytes(UTF_8)));
      assertThat(first.getOrigin().getKey()).isEqualTo(ByteBuffer.wrap("key".getBytes(UTF_8)));
      assertThat(first.getModelFingerprint()).isNull();
    }
  }

  @Test
  void rejectionsAreCountedByStageAndReason() throws Exception {
    Map<String, Counter> counters = new ConcurrentHashMap<>();
    MetricRegistry registry =
        TestingMetricRegistry.builder()
            .setRegisterConsumer(
                (metric, name, group) -> {
                  if (name.equals("numImagesRejected")) {
                    counters.put(
                        group.getAllVariables().get("<stage>")
                            + "/"
                            + group.getAllVariables().get("<reason>"),
                        (Counter) metric);
                  }
                })
            .build();
    MockEnvironment environment =
        new MockEnvironmentBuilder()
            .setMetricGroup(
                TaskManagerMetricGroup.createTaskManagerMetricGroup(
                        registry, "host", ResourceID.generate())
                    .addJob(new JobID(), "job")
                    .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task"))
            .build();
    ParseFunction function =
        new ParseFunction(Settings.source(SourceSettings.Format.JSON, SourceSettings.Id.FIELD));
    try (OneInputStreamOperatorTestHarness<SourceRecord, ImageReference> harness =
        new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function), environment)) {
      harness.open();
      assertThat(counters).as("there before anything is rejected").containsKey("parse/missing-id");

      harness.processElement(record(1, "broken"), 1);
      harness.processElement(record(2, "broken"), 2);
      harness.processElement(record(3, "{\"uri\":\"https://h/a.jpg\"}"), 3);

      assertThat(counters.get("parse/malformed-record").getCount()).isEqualTo(2);
      assertThat(counters.get("parse/missing-id").getCount()).isEqualTo(1);
      assertThat(counters.get("parse/empty-record").getCount()).isZero();
    }
  }

  private static SourceRecord record(long offset, String value) {
    return new SourceRecord(
        "references", 0, offset, 1234, "key".getBytes(UTF_8), value.getBytes(UTF_8));
  }
}
