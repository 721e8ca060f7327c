// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedProcessTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void anotherShellFindsTheProcessAndEndsIt() throws Exception {
    Process process = new ProcessBuilder("sleep", "100").start();
    try {
      RecordedProcess.of("jobmanager", process.toHandle()).write(folder);

      RecordedProcess found =
          RecordedProcess.read(RecordedProcess.file(folder, "jobmanager")).orElseThrow();
      assertThat(found.name()).isEqualTo("jobmanager");
      assertThat(found.running()).contains(process.toHandle());
      found.end(PATIENCE);
      assertThat(process.isAlive()).isFalse();
      assertThat(found.running()).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aStrangerWithThePidOfTheDeadIsLeftAlone() throws Exception {
    ProcessHandle stranger = ProcessHandle.current();
    String start = RecordedProcess.of("jobmanager", stranger).start();
    RecordedProcess dead = new RecordedProcess("jobmanager", stranger.pid(), start + "0");

    assertThat(dead.running()).isEmpty();
    dead.kill(PATIENCE);
    dead.end(PATIENCE);
    assertThat(stranger.isAlive()).isTrue();
  }

  /** Java adds it to the time of the boot, which every JVM counts back from the clock. */
  @Test
  void theStartIsRecordedAsNoStepOfTheClockChangesIt() throws Exception {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();

    RecordedProcess.of("jobmanager", ProcessHandle.current()).write(folder);

    String[] words = stat.split(" ", -1);
    assertThat(words[1]).isEqualTo("(java)");
    assertThat(RecordedProcess.file(folder, "jobmanager"))
        .hasContent("%s %s/%s".formatted(words[0], boot, words[21]));
  }

  @Test
  void aFileOfAnEarlierVersionFindsItsProcess() throws Exception {
    ProcessHandle process = ProcessHandle.current();
    long millis = process.info().startInstant().orElseThrow().toEpochMilli();
    Path file = RecordedProcess.file(folder, "jobmanager");

    Files.writeString(file, process.pid() + " " + millis + "\n");
    assertThat(RecordedProcess.read(file).orElseThrow().running()).contains(process);
    Files.writeString(file, process.pid() + " " + (millis - 60_000) + "\n");
    assertThat(RecordedProcess.read(file).orElseThrow().running()).isEmpty();
  }

  @Test
  void aFileThatIsNotWholeIsNoProcess() throws Exception {
    Path file = RecordedProcess.file(folder, "supervisor");
    for (String text : new String[] {"", "12", "a b", "1 2 3"}) {
      Files.writeString(file, text);
      assertThat(RecordedProcess.read(file)).as("'%s'", text).isEmpty();
    }
  }
}
