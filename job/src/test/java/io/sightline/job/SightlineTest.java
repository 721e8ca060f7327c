// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SightlineTest {

  @Test
  void theVersionIsThatOfThePom() throws IOException {
    assertThat(Sightline.commandLine().getCommandSpec().version())
        .containsExactly("sightline " + RepositoryFolder.version());
  }
}
