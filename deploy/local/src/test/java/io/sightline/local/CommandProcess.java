// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command line in a process of its own, as a user runs it; closing kills it. */
record CommandProcess(Process process, Path file) implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 120;

  /**
   * Starts a command.
   *
   * @param folder where its output goes
   * @param jvm further arguments of the JVM
   */
  static CommandProcess start(
      Path folder, Map<String, String> environment, List<String> jvm, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx512m"));
    command.addAll(jvm);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "io.sightline.local.LocalMain"));
    command.addAll(List.of(arguments));
    return start(folder, environment, command);
  }

  /** Starts any program. */
  static CommandProcess start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    // Where the tests run in the background their children would ignore SIGINT, as the shell has
    // it.
    List<String> interruptible = new ArrayList<>(List.of("env", "--default-signal=INT"));
    interruptible.addAll(command);
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder process =
        new ProcessBuilder(interruptible).redirectErrorStream(true).redirectOutput(output.toFile());
    process.environment().putAll(environment);
    process.environment().put("ORT_DISABLE_TELEMETRY", "1");
    return new CommandProcess(process.start(), output);
  }

  /** Waits for its end, which must come. */
  CommandProcess end() throws InterruptedException, IOException {
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as(output()).isTrue();
    return this;
  }

  /** Waits until its output has the text; it must come before the process ends. */
  void await(String text) throws InterruptedException, IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!output().contains(text)) {
      assertThat(process.isAlive() || output().contains(text)).as(output()).isTrue();
      assertThat(System.nanoTime()).as(output()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Sends a signal: {@code INT}, {@code TERM}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  int exitCode() {
    return process.exitValue();
  }

  String output() throws IOException {
    return Files.readString(file);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
