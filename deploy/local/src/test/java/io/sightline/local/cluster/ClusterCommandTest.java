// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands where there is no cluster, or what is left of one. */
class ClusterCommandTest {

  @TempDir Path folder;

  private final StringWriter printed = new StringWriter();

  @Test
  void whereNothingRunsStatusFailsAndStopIsContent() {
    assertThat(run("status")).isEqualTo(1);
    assertThat(printed.toString()).contains("No cluster runs in " + folder);
    assertThat(run("kill-taskmanager", "1")).isEqualTo(1);
    assertThat(run("submit", "classify", "--explain")).isEqualTo(1);
    assertThat(run("savepoint", "a-job")).isEqualTo(1);
    assertThat(run("stop")).isZero();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aCommandLineThatIsWrongEndsWithTwoAndStartsNothing() {
    assertThat(run("start", "--taskmanagers", "0")).isEqualTo(2);
    assertThat(printed.toString()).contains("--taskmanagers must be from 1 to 64, and is 0");
    assertThat(run("start", "--port", "70000")).isEqualTo(2);
    assertThat(run("start", "--set", "no-value")).isEqualTo(2);
    assertThat(run("submit")).isEqualTo(2);
    assertThat(run("kill-taskmanager", "first")).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void filesOfProcessesThatAreGoneAreToldAndDeleted() throws Exception {
    Path pids = Files.createDirectory(folder.resolve("pids"));
    new RecordedProcess("jobmanager", ProcessHandle.current().pid(), "1").write(pids);

    assertThat(run("status")).isEqualTo(1);
    assertThat(printed.toString())
        .contains("jobmanager      pid " + ProcessHandle.current().pid() + " is gone");
    assertThat(run("stop")).isZero();
    assertThat(printed.toString()).contains("Stopped: 0 processes; 1 files of processes");
    assertThat(pids).isEmptyDirectory();
  }

  @Test
  void aSecondClusterInAFolderIsRefused() throws Exception {
    Path pids = Files.createDirectory(folder.resolve("pids"));
    RecordedProcess.of("supervisor", ProcessHandle.current()).write(pids);

    assertThat(run("start")).isEqualTo(1);
    assertThat(printed.toString()).contains("A cluster runs in " + folder + " already");
    assertThat(RecordedProcess.file(pids, "supervisor")).exists();
  }

  @Test
  void aFolderThatIsNoClustersIsRefusedBeforeAnythingInItIsTouched() throws Exception {
    Path job = Files.createDirectory(folder.resolve("jobs")).resolve("mine.txt");
    Path temporary = Files.createDirectory(folder.resolve("tmp")).resolve("mine.txt");
    Path config = Files.createDirectory(folder.resolve("conf")).resolve("config.yaml");
    for (Path mine : List.of(job, temporary, config)) {
      Files.writeString(mine, "mine");
    }

    String owner = Long.toString(ProcessHandle.current().pid()); // should one start all the same
    assertThat(run("start", "--owner", owner)).isEqualTo(2);
    assertThat(printed.toString())
        .contains("--folder " + folder + " is neither empty nor a cluster's own")
        .contains("name one that is empty");
    assertThat(List.of(job, temporary, config)).allSatisfy(mine -> assertThat(mine).exists());
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("jobs", "tmp", "conf");
  }

  @Test
  void aFileInsteadOfAFolderIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");

    assertThat(new ClusterFolder(file).isFree()).isFalse();
  }

  @Test
  void aFolderThatAClusterHasMadeIsTakenAgainWhateverElseIsInIt() throws Exception {
    ClusterFolder made = new ClusterFolder(folder.resolve("new"));

    assertThat(made.isFree()).isTrue();
    made.prepare();
    Files.writeString(made.root().resolve("my.yaml"), "mine");
    assertThat(made.isFree()).isTrue();
  }

  /** They have no marker. */
  @Test
  void foldersOfEarlierVersionsAreTakenAgain() throws Exception {
    for (String name : List.of("conf", "log", "checkpoints", "savepoints", "jobs", "pids")) {
      Files.createDirectory(folder.resolve(name));
    }
    ClusterFolder earlier = new ClusterFolder(folder);
    assertThat(earlier.isFree()).isTrue();

    Files.writeString(folder.resolve("my.yaml"), "mine");
    assertThat(earlier.isFree()).isFalse();
    try (InputStream logging = StartCommand.class.getResourceAsStream("log4j2.properties")) {
      Files.copy(requireNonNull(logging), folder.resolve("conf/log4j2.properties"));
    }
    assertThat(earlier.isFree()).isTrue();
  }

  private int run(String command, String... arguments) {
    CommandLine line =
        ClusterCommand.group().setOut(new PrintWriter(printed)).setErr(new PrintWriter(printed));
    return line.execute(
        Stream.concat(Stream.of(command, "--folder", folder.toString()), Stream.of(arguments))
            .toArray(String[]::new));
  }
}
