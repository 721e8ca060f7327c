// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.config.BatchSettings;
import io.sightline.config.ClassifySettings;
import io.sightline.config.DecodeSettings;
import io.sightline.config.FetchSettings;
import io.sightline.model.ModelDescriptor;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.Settings;
import java.time.Duration;
import java.util.Set;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.datastream.AsyncDataStream.OutputMode;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** The function inside Flink's async wait operator, in a task whose metrics the test hears of. */
final class MeteredOperator {

  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final int CAPACITY = 100;

  private MeteredOperator() {}

  /** Hears of a metric when Flink registers it. */
  interface Listener {
    void registered(Metric metric, String name, AbstractMetricGroup<?> group);
  }

  static OneInputStreamOperatorTestHarness<ImageReference, Outcome> of(
      ModelDescriptor model, BatchSettings batch, int workers, Listener listener) throws Exception {
    ClassifyFunction function =
        new ClassifyFunction(
            model,
            new FetchSettings(
                Set.of("file"),
                1 << 20,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Settings.REJECT_AT_ONCE,
                2,
                1 << 24),
            DecodeSettings.upTo(1_000_000),
            batch,
            new ClassifySettings(
                workers, 3, 0, false, CAPACITY, TIMEOUT, 0, ClassifySettings.Exchange.NEVER),
            Models.CPU);
    return new OneInputStreamOperatorTestHarness<>(
        new AsyncWaitOperatorFactory<>(
            function, TIMEOUT.toMillis(), CAPACITY, OutputMode.UNORDERED),
        TypeInformation.of(ImageReference.class)
            .createSerializer(new SerializerConfigImpl(new ExecutionConfig().toConfiguration())),
        new MockEnvironmentBuilder()
            .setMetricGroup(
                TaskManagerMetricGroup.createTaskManagerMetricGroup(
                        TestingMetricRegistry.builder()
                            .setRegisterConsumer(
                                (metric, name, group) -> listener.registered(metric, name, group))
                            .build(),
                        "host",
                        ResourceID.generate())
                    .addJob(new JobID(), "job")
                    .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task"))
            .build());
  }
}
