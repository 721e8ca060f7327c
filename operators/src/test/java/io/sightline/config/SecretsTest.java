// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretsTest {

  @Test
  void aValueOfAPropertyIsHiddenWhereverATextRepeatsIt() {
    assertThat(
            Secrets.withoutValues(
                "Invalid value hunter2 for configuration acks: hunter2 is none of all, -1, 0",
                Map.of("acks", " hunter2 ", "linger.ms", "1", "client.id", "")))
        .isEqualTo("Invalid value ****** for configuration acks: ****** is none of all, -1, 0");
  }

  @Test
  void aWordOfAJaasConfigurationIsHiddenToo() {
    String jaas = "org.example.Login required username=\"me\" password=\"my horse\" battery;";
    assertThat(
            Secrets.withoutValues(
                "Value not specified for key 'battery' in JAAS config",
                Map.of("sasl.jaas.config", jaas)))
        .isEqualTo("Value not specified for key '******' in JAAS config");
  }
}
