// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the launcher builds a checkout, of one that was built: Java and Maven are made up. */
class LauncherTest {

  private static final List<String> ON_THE_CLASS_PATH =
      List.of("schemas", "operators", "job", "deploy/flink");

  @TempDir Path folder;

  private Path checkout;
  private Path library;

  @BeforeEach
  void buildACheckout() throws IOException {
    script("jdk/bin/java", "[ \"$1\" != -version ] || echo 'openjdk version \"17.0.1\"' >&2");
    script("jdk/bin/javac", "exit 1");
    script("bin/mvn", "echo '[ERROR] no Maven'; exit 1");
    library = Files.writeString(folder.resolve("library.jar"), "");
    checkout = folder.resolve("checkout");
    Files.createDirectories(checkout.resolve("deploy/bin"));
    Files.copy(
        RepositoryFolder.find().resolve("deploy/bin/sightline"),
        checkout.resolve("deploy/bin/sightline"));
    Files.writeString(checkout.resolve("pom.xml"), "  <version>1.0</version>\n");
    List<String> entries = new ArrayList<>(List.of(library.toString()));
    for (String module : ON_THE_CLASS_PATH) {
      entries.add(jar(module).toString());
    }
    jar("deploy/local");
    Files.writeString(checkout.resolve("deploy/local/target/classpath"), String.join(":", entries));
  }

  @Test
  void whatIsBuiltIsNotBuiltAgain() throws Exception {
    assertThat(isBuilt(checkout)).isFalse();
  }

  @Test
  void aCheckoutWhoseLibrariesAreGoneIsBuilt() throws Exception {
    Files.delete(library);

    assertThat(isBuilt(checkout)).isTrue();
  }

  @Test
  void aCheckoutThatWasMovedIsBuilt() throws Exception {
    assertThat(isBuilt(Files.move(checkout, folder.resolve("elsewhere")))).isTrue();
  }

  @Test
  void aCopyIsBuiltAndDoesNotRunTheJarsOfTheOther() throws Exception {
    Path copy = folder.resolve("copy");
    assertThat(
            new ProcessBuilder("cp", "-a", checkout.toString(), copy.toString()).start().waitFor())
        .isZero();

    assertThat(isBuilt(copy)).isTrue();
    assertThat(isBuilt(checkout)).isFalse();
  }

  private static boolean isBuilt(Path checkout) throws IOException, InterruptedException {
    ProcessBuilder launcher =
        new ProcessBuilder("bash", checkout.resolve("deploy/bin/sightline").toString(), "--help")
            .redirectErrorStream(true);
    launcher.environment().put("JAVA_HOME", checkout.resolveSibling("jdk").toString());
    launcher
        .environment()
        .put("PATH", checkout.resolveSibling("bin") + ":" + System.getenv("PATH"));
    Process process = launcher.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean built = output.contains("sightline: building");
    assertThat(process.waitFor()).as(output).isEqualTo(built ? 1 : 0);
    return built;
  }

  private Path jar(String module) throws IOException {
    Path target = Files.createDirectories(checkout.resolve(module).resolve("target"));
    Files.createDirectories(checkout.resolve(module).resolve("src/main"));
    String name = Path.of(module).getFileName().toString();
    return Files.writeString(target.resolve("sightline-" + name + "-1.0.jar"), "");
  }

  private void script(String name, String line) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
