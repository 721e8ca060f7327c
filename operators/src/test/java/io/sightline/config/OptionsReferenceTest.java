// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code conf/OPTIONS.md} to the options in the code. {@code mvn test -pl operators -am
 * -Dtest=OptionsReferenceTest -Dsightline.write-options=true} writes the file anew.
 */
class OptionsReferenceTest {

  private static final Path FILE = RepositoryFolder.find().resolve("conf/OPTIONS.md");

  @Test
  void theReferenceOfTheOptionsIsUpToDate() throws IOException {
    String expected = OptionsReference.markdown(OptionCatalog.EVALUATE);
    if (Boolean.getBoolean("sightline.write-options")) {
      Files.writeString(FILE, expected);
    }

    assertThat(FILE).content().isEqualTo(expected);
  }

  @Test
  void everyDefaultThatIsNotFlinksIsNamed() {
    assertThat(
            FlinkConfiguration.read(
                    ResolvedConfiguration.of(new Configuration()),
                    OptionCatalog.EVALUATE,
                    new Problems())
                .shown())
        .isNotEmpty()
        .allSatisfy(option -> assertThat(FILE).content().contains("`" + option.key() + "`"));
  }

  @Test
  void everyOptionIsDescribed() {
    assertThat(OptionCatalog.EVALUATE.options())
        .allSatisfy(
            known ->
                assertThat(OptionsReference.description(known.option()))
                    .as(known.option().key())
                    .hasSizeGreaterThan(20)
                    .endsWith("."));
  }
}
