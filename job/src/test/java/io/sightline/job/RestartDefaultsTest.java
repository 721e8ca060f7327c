// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.executiongraph.failover.ExponentialDelayRestartBackoffTimeStrategy;
import org.apache.flink.runtime.executiongraph.failover.RestartBackoffTimeStrategy;
import org.apache.flink.runtime.executiongraph.failover.RestartBackoffTimeStrategyFactoryLoader;
import org.junit.jupiter.api.Test;

class RestartDefaultsTest {

  @Test
  void aJobRestartsForEverWithPausesOfAMinuteAtMost() {
    Configuration defaults = RestartDefaults.of(new Configuration());
    RestartBackoffTimeStrategy strategy =
        RestartBackoffTimeStrategyFactoryLoader.createRestartBackoffTimeStrategyFactory(
                defaults, new Configuration(), true)
            .create();
    assertThat(strategy).isInstanceOf(ExponentialDelayRestartBackoffTimeStrategy.class);
    for (int failure = 0; failure < 1000; failure++) {
      strategy.notifyFailure(new IllegalStateException("a failure that the test planted"));
      assertThat(strategy.canRestart()).isTrue();
      assertThat(strategy.getBackoffTime()).isLessThanOrEqualTo(66_000); // with Flink's jitter
    }
    assertThat(defaults.toMap())
        .containsEntry("restart-strategy.exponential-delay.max-backoff", "1 min");
  }

  @Test
  void whatTheUserOrTheClusterSaysStays() {
    assertThat(
            RestartDefaults.of(Configuration.fromMap(Map.of("restart-strategy.type", "none")))
                .toMap())
        .isEmpty();
    assertThat(
            RestartDefaults.of(
                    Configuration.fromMap(
                        Map.of("restart-strategy.exponential-delay.max-backoff", "5 s")))
                .toMap())
        .containsEntry("restart-strategy.type", "exponential-delay")
        .doesNotContainKey("restart-strategy.exponential-delay.max-backoff");
  }
}
