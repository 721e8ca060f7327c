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
    long start = RecordedProcess.of("jobmanager", stranger).startMillis();
    RecordedProcess dead = new RecordedProcess("jobmanager", stranger.pid(), start - 60_000);

    assertThat(dead.running()).isEmpty();
    dead.kill(PATIENCE);
    dead.end(PATIENCE);
    assertThat(stranger.isAlive()).isTrue();
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
