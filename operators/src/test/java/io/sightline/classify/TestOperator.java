// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The function inside Flink's async wait operator, in a task whose metrics a test may hear of. */
final class TestOperator {

  private final ModelDescriptor model;
  private FetchSettings fetch =
      new FetchSettings(
          Set.of("file"),
          1 << 20,
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Settings.REJECT_AT_ONCE,
          2,
          1 << 24);
  private BatchSettings batch = new BatchSettings(1, Duration.ZERO);
  private int workers = 1;
  private int capacity = 100;
  private boolean ordered;
  private Duration timeout = Duration.ofMinutes(5);
  private Listener listener = (metric, name, group) -> {};

  /** An operator with one worker and batches of one image. */
  TestOperator(ModelDescriptor model) {
    this.model = model;
  }

  /** Hears of a metric when Flink registers it. */
  interface Listener {
    void registered(Metric metric, String name, AbstractMetricGroup<?> group);
  }

  TestOperator fetch(FetchSettings settings) {
    fetch = settings;
    return this;
  }

  TestOperator batch(int maxSize, Duration maxDelay) {
    batch = new BatchSettings(maxSize, maxDelay);
    return this;
  }

  TestOperator workers(int count) {
    workers = count;
    return this;
  }

  TestOperator capacity(int references) {
    capacity = references;
    return this;
  }

  TestOperator ordered(boolean keepsOrder) {
    ordered = keepsOrder;
    return this;
  }

  TestOperator timeout(Duration each) {
    timeout = each;
    return this;
  }

  TestOperator listener(Listener hears) {
    listener = hears;
    return this;
  }

  /** The operator, which is not open yet. */
  OneInputStreamOperatorTestHarness<ImageReference, Outcome> harness() throws Exception {
    ClassifyFunction function =
        new ClassifyFunction(
            model,
            fetch,
            DecodeSettings.upTo(1_000_000),
            batch,
            new ClassifySettings(
                workers, 3, 0, ordered, capacity, timeout, 0, ClassifySettings.Exchange.NEVER),
            Models.CPU);
    assertThat(function.capacity()).isEqualTo(capacity);
    return new OneInputStreamOperatorTestHarness<>(
        new AsyncWaitOperatorFactory<>(
            function,
            timeout.toMillis(),
            capacity,
            ordered ? OutputMode.ORDERED : OutputMode.UNORDERED),
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
