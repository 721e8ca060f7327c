// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;

/**
 * Everything that a cluster leaves on the disk, in one folder: Flink's configuration, logs,
 * checkpoints, the jobs that it shall go on with, and the processes, so that any shell finds them.
 *
 * @param root absolute
 */
record ClusterFolder(Path root) {

  static final String SUPERVISOR = "supervisor";
  static final String JOB_MANAGER = "jobmanager";
  private static final String TASK_MANAGER = "taskmanager-";

  /** Says that the folder is a cluster's; empty. */
  private static final String MARKER = ".sightline-cluster";

  /** All that a cluster makes in its folder; an earlier version left no marker there. */
  private static final Set<String> NAMES =
      Set.of("conf", "log", "checkpoints", "savepoints", "jobs", "tmp", "pids", "upload");

  /** How the configuration of its logging begins. */
  private static final String LOGGING = "# Logging of the processes of a local cluster";

  ClusterFolder {
    root = root.toAbsolutePath().normalize();
  }

  static String taskManager(int number) {
    return TASK_MANAGER + number;
  }

  Path configuration() {
    return root.resolve("conf");
  }

  Path logs() {
    return root.resolve("log");
  }

  Path log(String process) {
    return logs().resolve(process + ".log");
  }

  /** What a process prints; Flink's web interface looks for it beside the log. */
  Path output(String process) {
    return logs().resolve(process + ".out");
  }

  Path checkpoints() {
    return root.resolve("checkpoints");
  }

  Path savepoints() {
    return root.resolve("savepoints");
  }

  /** Jobs that a new JobManager goes on with. */
  Path jobs() {
    return root.resolve("jobs");
  }

  /** The temporary folder of a process; its supervisor empties it before each start. */
  Path temporary(String process) {
    return root.resolve("tmp").resolve(process);
  }

  private Path processes() {
    return root.resolve("pids");
  }

  /**
   * Whether nothing is here but what a cluster has left, so that another may delete and overwrite
   * it.
   */
  boolean isFree() throws IOException {
    if (Files.notExists(root) || Files.exists(root.resolve(MARKER))) {
      return true;
    }
    if (!Files.isDirectory(root)) {
      return false;
    }
    List<String> names;
    try (Stream<Path> files = Files.list(root)) {
      names = files.map(file -> file.getFileName().toString()).toList();
    }
    return names.isEmpty()
        || (names.contains("pids") && (NAMES.containsAll(names) || isLoggingOurs()));
  }

  private boolean isLoggingOurs() throws IOException {
    Path logging = configuration().resolve("log4j2.properties");
    return Files.isRegularFile(logging)
        && Files.readString(logging, StandardCharsets.ISO_8859_1).startsWith(LOGGING);
  }

  /** Makes the folders, and forgets the jobs and the temporary files of a cluster before. */
  void prepare() throws IOException {
    Files.createDirectories(root);
    Files.writeString(root.resolve(MARKER), "");
    deleteAll(root.resolve("tmp"));
    deleteAll(jobs());
    for (Path folder :
        List.of(configuration(), logs(), checkpoints(), savepoints(), jobs(), processes())) {
      Files.createDirectories(folder);
    }
  }

  /** Makes the temporary folder of a process, empty. */
  Path emptyTemporary(String process) throws IOException {
    deleteAll(temporary(process));
    return Files.createDirectories(temporary(process));
  }

  void deleteTemporary() throws IOException {
    deleteAll(root.resolve("tmp"));
  }

  /** Flink's configuration as it was written at the start. */
  Configuration flink() throws ClusterFailure {
    if (!Files.exists(configuration().resolve(GlobalConfiguration.FLINK_CONF_FILENAME))) {
      throw new ClusterFailure("No cluster was started in %s".formatted(root));
    }
    return GlobalConfiguration.loadConfiguration(configuration().toString());
  }

  void record(RecordedProcess process) throws IOException {
    process.write(processes());
  }

  void forget(String process) throws IOException {
    Files.deleteIfExists(RecordedProcess.file(processes(), process));
  }

  Optional<RecordedProcess> process(String name) throws IOException {
    try {
      return RecordedProcess.read(RecordedProcess.file(processes(), name));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** All processes that are recorded, whether they run or not: the supervisor first. */
  List<RecordedProcess> processesRecorded() throws IOException {
    List<RecordedProcess> all = new ArrayList<>();
    if (Files.isDirectory(processes())) {
      try (Stream<Path> files = Files.list(processes())) {
        for (Path file : files.filter(path -> path.toString().endsWith(".pid")).toList()) {
          RecordedProcess.read(file).ifPresent(all::add);
        }
      }
    }
    all.sort(
        Comparator.comparing((RecordedProcess process) -> !process.name().equals(SUPERVISOR))
            .thenComparing(process -> process.name().length())
            .thenComparing(RecordedProcess::name));
    return all;
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // What is gone need not be deleted.
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
