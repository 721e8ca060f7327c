// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Flink cluster of one TaskManager for all tests of a class, whose metrics can be read. */
final class LocalCluster
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  private final InMemoryReporter metrics = InMemoryReporter.createWithRetainedMetrics();
  private final MiniClusterExtension cluster;

  LocalCluster(int slots) {
    Configuration configuration = new Configuration();
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    cluster =
        new MiniClusterExtension(
            new MiniClusterResourceConfiguration.Builder()
                .setNumberTaskManagers(1)
                .setNumberSlotsPerTaskManager(slots)
                .setConfiguration(metrics.addToConfiguration(configuration))
                .build());
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    cluster.beforeAll(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    cluster.beforeEach(context);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    cluster.afterEach(context);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    cluster.afterAll(context);
  }

  /** The histograms of that name, one a slot. */
  List<Histogram> histograms(JobID job, String name) {
    return metrics.getMetricsByIdentifiers(job).entrySet().stream()
        .filter(metric -> metric.getKey().endsWith("." + name))
        .map(metric -> (Histogram) metric.getValue())
        .toList();
  }

  /** Sum of a counter over all slots. */
  long count(JobID job, String name) {
    return metrics.getMetricsByIdentifiers(job).entrySet().stream()
        .filter(metric -> metric.getKey().endsWith("." + name))
        .mapToLong(metric -> ((Counter) metric.getValue()).getCount())
        .sum();
  }

  /** How often the job was restarted. */
  long restarts(JobID job) {
    return metrics.findJobMetricGroups(job, "numRestarts").stream()
        .mapToLong(metric -> ((Number) ((Gauge<?>) metric.f2).getValue()).longValue())
        .sum();
  }
}
