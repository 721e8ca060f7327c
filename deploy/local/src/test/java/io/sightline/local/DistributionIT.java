// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution, unpacked elsewhere and run with nothing but a JDK. */
class DistributionIT {

  private static final long MIB = 1 << 20;

  @TempDir static Path folder;
  private static Path archive;
  private static Path home;

  @BeforeAll
  static void unpackIntoAFolderWithASpaceInItsName() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("../../job/target"))) {
      archive =
          files
              .filter(file -> file.getFileName().toString().matches("sightline-.*\\.tar\\.gz"))
              .findFirst()
              .orElseThrow();
    }
    Path elsewhere = Files.createDirectory(folder.resolve("some where"));
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", elsewhere.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    try (Stream<Path> files = Files.list(elsewhere)) {
      home = files.findFirst().orElseThrow();
    }
  }

  @Test
  void itHoldsWhatItPromisesAndNothingOfTheTests() throws IOException {
    assertThat(names(home))
        .containsExactlyInAnyOrder(
            "bin",
            "conf",
            "demo",
            "lib",
            "LICENSE",
            "README.md",
            "CHANGELOG.md",
            "THIRD-PARTY.txt");
    assertThat(names(home.resolve("conf"))).contains("classify.yaml", "OPTIONS.md");
    assertThat(names(home.resolve("lib/native")))
        .anyMatch(name -> name.matches("onnxruntime-.*"))
        .anyMatch(name -> name.matches("opencv-.*-linux-x86_64\\.jar"));
    assertThat(names(home.resolve("lib/local")))
        .anyMatch(name -> name.matches("sightline-local-.*"))
        .noneMatch(name -> name.matches("(onnxruntime|opencv|openblas|javacpp|junit|assertj).*"))
        .noneMatch(name -> name.contains("-tests") || name.contains("djl"));
    String licences = Files.readString(home.resolve("THIRD-PARTY.txt"));
    assertThat(licences)
        .contains("com.microsoft.onnxruntime:onnxruntime", "org.bytedeco:opencv", "kafka-clients")
        .doesNotContain("Unknown license");
  }

  @Test
  void itIsNoLargerThanPromised() throws IOException {
    List<Path> thin;
    try (Stream<Path> files = Files.list(home.resolve("lib/job"))) {
      thin = files.toList();
    }
    assertThat(thin).hasSize(1);
    assertThat(Files.size(thin.get(0))).isLessThanOrEqualTo(25 * MIB);
    assertThat(Files.size(archive)).isLessThanOrEqualTo(300 * MIB);
  }

  @Test
  void everyCommandHasItsHelp() throws Exception {
    assertThat(end(0, "--help")).contains("classify", "demo", "bench");
    for (String command : List.of("classify", "demo", "bench")) {
      assertThat(end(0, command, "--help")).contains("Usage: sightline " + command, "Exit codes:");
    }
    assertThat(end(2, "clasify")).contains("clasify");
  }

  @Test
  void theClassifyJobIsExplained() throws Exception {
    String model = home.resolve("demo/fashion-mnist/model").toString();
    String config = home.resolve("conf/classify.yaml").toString();
    assertThat(end(0, "classify", "--config", config, "--model", model, "--explain"))
        .contains("FashionCNN", "10 classes", "uid classify");
  }

  @Test
  void theDemoRuns() throws Exception {
    assertThat(end(0, "demo", "--limit", "30"))
        .contains("31 references: 30 classified, 1 rejected, 0 lost, 0 twice");
  }

  private static String end(int exitCode, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "env",
            "-i",
            "PATH=/usr/bin:/bin",
            "HOME=" + folder,
            "JAVA_HOME=" + System.getProperty("java.home"),
            home.resolve("bin/sightline").toString()));
    command.addAll(Arrays.asList(arguments));
    try (CommandProcess process = CommandProcess.start(folder, Map.of(), command).end()) {
      assertThat(process.exitCode()).as(process.output()).isEqualTo(exitCode);
      return process.output();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
