// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The distribution, unpacked elsewhere and run with nothing but a JDK.
 *
 * @param folder where it was unpacked, and where the output of its commands goes
 */
record UnpackedDistribution(Path folder, Path home) {

  static UnpackedDistribution in(Path folder) throws IOException, InterruptedException {
    Path elsewhere = Files.createDirectory(folder.resolve("some where"));
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive().toString(), "-C", elsewhere.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    try (Stream<Path> files = Files.list(elsewhere)) {
      return new UnpackedDistribution(folder, files.findFirst().orElseThrow());
    }
  }

  static Path archive() {
    return Path.of(
        requireNonNull(
            System.getProperty("sightline.distribution"),
            "sightline.distribution, which deploy/local/pom.xml sets"));
  }

  /** Runs a command to its end, and gives what it printed. */
  String end(int exitCode, String... arguments) throws IOException, InterruptedException {
    return end(home.resolve("bin/sightline"), exitCode, arguments);
  }

  /** Runs another launcher in the same environment. */
  String end(Path launcher, int exitCode, String... arguments)
      throws IOException, InterruptedException {
    return end(launcher, Map.of(), exitCode, arguments);
  }

  /** Runs another launcher in the same environment, with more in it. */
  String end(Path launcher, Map<String, String> environment, int exitCode, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "env",
            "-i",
            "PATH=/usr/bin:/bin",
            "HOME=" + folder,
            "JAVA_HOME=" + System.getProperty("java.home"),
            "SIGHTLINE_JVM_ARGS=-XX:TieredStopAtLevel=1"));
    environment.forEach((name, value) -> command.add(name + "=" + value));
    command.add(launcher.toString());
    command.addAll(Arrays.asList(arguments));
    try (CommandProcess process = CommandProcess.start(folder, Map.of(), command).end()) {
      assertThat(process.exitCode()).as(process.output()).isEqualTo(exitCode);
      return process.output();
    }
  }
}
