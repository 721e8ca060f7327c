// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import com.yammer.metrics.core.MetricsRegistry;
import java.util.List;
import org.apache.kafka.server.metrics.KafkaYammerMetrics;

/**
 * Counts the Kafka servers of this process. They share a registry of metrics, leave gauges in it
 * that hold a stopped server in memory, and a gauge does not say whose it is: the last server to go
 * takes them all away.
 */
final class RunningServers {

  private static int count;

  private RunningServers() {}

  static synchronized void add() {
    count++;
  }

  static synchronized void remove() {
    count--;
    if (count == 0) {
      MetricsRegistry metrics = KafkaYammerMetrics.defaultRegistry();
      List.copyOf(metrics.allMetrics().keySet()).forEach(metrics::removeMetric);
    }
  }
}
