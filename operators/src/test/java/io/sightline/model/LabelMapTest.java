// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelMapTest {

  private static final List<String> LABELS = List.of("cat", "dog", "owl");

  private final Problems problems = new Problems();

  @TempDir Path folder;

  @Test
  void classesWithATagCarryItAndTheOthersTheirLabel() throws IOException {
    LabelMap map = read("tags.yml", "{2: 'no', 0: Felis catus}", null);
    assertThat(map.tags(LABELS, problems)).containsExactly("Felis catus", "dog", "no");
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void oneOfSeveralLocalesIsTaken() throws IOException {
    String json = "{\"zh\": {\"0\": \"\u732b\", \"1\": \"\u72d7\"}, \"de\": {\"0\": \"Katze\"}}";
    assertThat(read("tags.json", json, "zh").tags(LABELS, problems))
        .containsExactly("\u732b", "\u72d7", "owl");
    assertThat(read("tags.json", json, "de").tags(LABELS, problems))
        .containsExactly("Katze", "dog", "owl");
    assertThat(read("tags.yml", "de: {0: Katze}", null).tags(LABELS, problems))
        .containsExactly("Katze", "dog", "owl");
    assertThat(problems.messages()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{0: a} | de | has no locales, but model.locale is de",
        "{de: {0: a}, zh: {0: b}} | | has several locales, and model.locale does not say which: de, zh",
        "{de: {0: a}, zh: {0: b}} | fr | has no locale fr (model.locale), but: de, zh",
        "{cat: a} | | must have a class id as its key",
        "{0: [a]} | | 0 must be a tag (got a list)",
        "{0: ' '} | | 0 must be a tag (got ' ')",
        "{0: a, 00: b} | | is the second tag of class 0",
        "{0: a, 0: b} | | is given twice",
        "{} | | must not be empty",
        "[a, b] | | must be a mapping",
      })
  void badFilesAreProblems(String yaml, @Nullable String locale, String problem)
      throws IOException {
    assertThat(read("tags.yml", yaml, locale)).isNull();
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .startsWith("model.label-map (/etc/tags.yml): ")
        .contains(problem);
  }

  @Test
  void everyBadEntryIsNamed() throws IOException {
    assertThat(read("tags.yml", "{0: a, x: b, 1: null, 2: []}", null)).isNull();
    assertThat(problems.messages()).hasSize(3);
  }

  @Test
  void tagsOfClassesThatTheModelDoesNotHaveAreAProblem() throws IOException {
    assertThat(read("tags.yml", "{0: a, 7: b, 3: c}", null).tags(LABELS, problems)).isNull();
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .contains("whose ids are 0 to 2: [3, 7]");
  }

  private @Nullable LabelMap read(String name, String content, @Nullable String locale)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    return LabelMap.read(file, "/etc/" + name, locale, problems);
  }
}
