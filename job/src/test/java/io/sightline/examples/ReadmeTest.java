// SPDX-License-Identifier: Apache-2.0
package io.sightline.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's Java is what is compiled here. */
class ReadmeTest {

  private static final String SOURCES = "job/src/test/java/io/sightline/examples";
  private static final String BEGIN = "// README: ";
  private static final String END = "// README: end";

  @Test
  void theReadmeShowsTheExamplesAsTheyAreCompiled() throws Exception {
    Map<String, String> compiled = compiled();
    assertThat(compiled).hasSize(3);
    assertThat(shown()).isEqualTo(compiled);
  }

  /** What stands between {@code // README: NAME} and {@code // README: end}. */
  private static Map<String, String> compiled() throws IOException {
    Map<String, String> examples = new LinkedHashMap<>();
    List<Path> files;
    try (Stream<Path> list = Files.list(RepositoryFolder.find().resolve(SOURCES))) {
      files = list.filter(file -> file.toString().endsWith("Example.java")).sorted().toList();
    }
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).strip();
        if (line.startsWith(BEGIN) && !line.equals(END)) {
          int indent = lines.get(i).indexOf(BEGIN);
          List<String> part = new ArrayList<>();
          for (i++; !lines.get(i).strip().equals(END); i++) {
            part.add(lines.get(i).isBlank() ? "" : lines.get(i).substring(indent));
          }
          examples.put(line.substring(BEGIN.length()), String.join("\n", part));
        }
      }
    }
    return examples;
  }

  /** What stands between {@code <!-- example: NAME -->} and the end of its block. */
  private static Map<String, String> shown() throws IOException {
    Map<String, String> examples = new LinkedHashMap<>();
    String readme = Files.readString(RepositoryFolder.find().resolve("README.md"));
    for (String part : readme.split("<!-- example: ", -1)) {
      if (part.startsWith("#") || !part.contains(" -->\n```java\n")) {
        continue;
      }
      String code = part.substring(part.indexOf("```java\n") + "```java\n".length());
      examples.put(
          part.substring(0, part.indexOf(" -->")), code.substring(0, code.indexOf("\n```")));
    }
    return examples;
  }
}
