// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import io.sightline.config.SinkSettings;
import io.sightline.config.SinkSettings.Encoding;
import io.sightline.config.SinkSettings.Guarantee;
import io.sightline.testing.Settings;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ProducersTest {

  @Test
  void aTransactionIsWrittenInFewRequestsUnlessTheUserSaysOtherwise() {
    assertThat(of(Guarantee.EXACTLY_ONCE, Map.of()))
        .containsEntry("linger.ms", "500")
        .containsEntry("batch.size", "65536")
        .containsEntry("transaction.timeout.ms", "60000");
    assertThat(of(Guarantee.EXACTLY_ONCE, Map.of("linger.ms", "7", "batch.size", "8")))
        .containsEntry("linger.ms", "7")
        .containsEntry("batch.size", "8");
  }

  @Test
  void withoutTransactionsKafkasOwnDefaultsStay() {
    assertThat(of(Guarantee.AT_LEAST_ONCE, Map.of()))
        .doesNotContainKeys("linger.ms", "batch.size", "transaction.timeout.ms");
  }

  @Test
  void aValueThatKafkaRefusesIsNamedByItsKeyAlone() {
    Problems problems = new Problems();
    SinkSettings settings =
        Settings.kafka(
            "host:1", "topic", Guarantee.NONE, Encoding.JSON, Map.of("max.request.size", "2mb"));

    Producers.checkProperties(settings, settings, settings, problems);

    assertThat(problems.messages())
        .singleElement()
        .asString()
        .startsWith("sink.kafka.properties: ")
        .contains("max.request.size")
        .doesNotContain("2mb");
    assertThat(Producers.maxRequestSize(settings)).isEqualTo(1 << 20);
  }

  private static Properties of(Guarantee guarantee, Map<String, String> properties) {
    return Producers.properties(
        Settings.kafka("host:1", "topic", guarantee, Encoding.JSON, properties));
  }
}
