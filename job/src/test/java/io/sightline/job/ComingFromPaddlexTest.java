// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.predict.ImageClassifier;
import io.sightline.predict.Input;
import io.sightline.predict.PredictSettings;
import io.sightline.predict.Prediction;
import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The page 'Coming from PaddleX': what it says we have, we have. */
class ComingFromPaddlexTest {

  /** Options of PaddleX's command, beside those that have our names. */
  private static final Set<String> PADDLEX =
      Set.of(
          "--get_pipeline_config",
          "--host",
          "--install",
          "--onnx_model_dir",
          "--paddle2onnx",
          "--paddle_model_dir",
          "--pipeline",
          "--port",
          "--save_path",
          "--serve",
          "--use_hpip");

  private static final Path FILE = RepositoryFolder.find().resolve("conf/COMING-FROM-PADDLEX.md");

  private static String page = "";

  @BeforeAll
  static void readThePage() throws IOException {
    page = Files.readString(FILE);
  }

  @Test
  void everyOptionOfACommandExists() {
    Set<String> ours = new TreeSet<>();
    addOptions(Sightline.commandLine(), ours);

    assertThat(found("--[a-z][a-z0-9_-]*"))
        .hasSizeGreaterThan(20)
        .allSatisfy(
            option -> assertThat(PADDLEX.contains(option) || ours.contains(option)).isTrue());
    assertThat(found("(?<=sightline )[a-z-]+(?= )"))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(Sightline.commandLine().getSubcommands()).containsKey(name));
  }

  @Test
  void everyOptionOfAConfigurationExists() throws IOException {
    String options = Files.readString(FILE.resolveSibling("OPTIONS.md"));

    assertThat(found("`(?:decode|fetch|model|device|classify|batch)\\.[a-z-]+[a-z]"))
        .hasSizeGreaterThan(5)
        .allSatisfy(key -> assertThat(options).contains("| " + key + "` |"));
  }

  @Test
  void everyMethodExists() {
    Set<String> methods =
        Stream.of(
                Prediction.class,
                PredictSettings.class,
                Input.class,
                ImageClassifier.class,
                io.sightline.predict.Sightline.class)
            .flatMap(type -> Stream.of(type.getMethods()))
            .map(Method::getName)
            .collect(Collectors.toSet());

    assertThat(found("(?<=`)(?:with[A-Z]|saveTo|saveInput)[A-Za-z]*"))
        .hasSizeGreaterThan(4)
        .allSatisfy(method -> assertThat(methods).contains(method));
    assertThat(
            found(
                "(?<=(?:Prediction|Input|ImageClassifier|Sightline|PredictSettings)\\.)[a-zA-Z]+"))
        .hasSizeGreaterThan(6)
        .allSatisfy(method -> assertThat(methods).contains(method));
  }

  @Test
  void everyFileThatItLinksToIsThere() {
    List<String> links = found("(?<=]\\()[^)]+").stream().toList();

    assertThat(links)
        .isNotEmpty()
        .allSatisfy(link -> assertThat(FILE.resolveSibling(link)).exists());
  }

  private static Set<String> found(String regex) {
    return Pattern.compile(regex)
        .matcher(page)
        .results()
        .map(match -> match.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void addOptions(CommandLine command, Set<String> names) {
    command.getCommandSpec().options().forEach(option -> names.addAll(List.of(option.names())));
    command.getSubcommands().values().forEach(sub -> addOptions(sub, names));
  }
}
