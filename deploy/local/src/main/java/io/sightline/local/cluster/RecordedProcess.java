// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that another shell can find again: its pid and its start, in a file. Pids are given
 * again; a process that has the pid and another start is a stranger.
 *
 * @param name {@code supervisor}, {@code jobmanager}, {@code taskmanager-1} ...
 * @param start the boot of the machine and the clock ticks since then, which no step of the clock
 *     changes; milliseconds since 1970 in a file of an earlier version; 0 where it is not known
 */
record RecordedProcess(String name, long pid, String start) {

  private static final String SUFFIX = ".pid";
  private static final String UNKNOWN = "0";
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** Of the words of {@code /proc/PID/stat} that follow the name in brackets; it is the 22nd. */
  private static final int START_TICKS = 22 - 3;

  static RecordedProcess of(String name, ProcessHandle process) {
    return new RecordedProcess(name, process.pid(), start(process));
  }

  /** Reads a file; what is not whole is no process. */
  static Optional<RecordedProcess> read(Path file) throws IOException {
    String name = file.getFileName().toString();
    String[] words = Files.readString(file).strip().split(" ", -1);
    try {
      return words.length == 2 && name.endsWith(SUFFIX)
          ? Optional.of(
              new RecordedProcess(
                  name.substring(0, name.length() - SUFFIX.length()),
                  Long.parseLong(words[0]),
                  words[1]))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  static Path file(Path folder, String name) {
    return folder.resolve(name + SUFFIX);
  }

  /** Writes the file as a whole, over an older one. */
  void write(Path folder) throws IOException {
    Path file = file(folder, name);
    Path part = folder.resolve(name + ".part");
    Files.writeString(part, pid + " " + start + "\n");
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The process, where it still runs. */
  Optional<ProcessHandle> running() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(
            process ->
                start.equals(UNKNOWN)
                    || start.equals(start(process))
                    || start.equals(startMillis(process)));
  }

  /** Kills it (SIGKILL) and waits for its end. */
  void kill(Duration patience) throws InterruptedException, ClusterFailure {
    Optional<ProcessHandle> process = running();
    if (process.isPresent()) {
      CompletableFuture<ProcessHandle> end = process.get().onExit();
      process.get().destroyForcibly();
      await(end, patience);
    }
  }

  /** Asks it to end (SIGTERM), and kills it where it has not after some time. */
  void end(Duration patience) throws InterruptedException, ClusterFailure {
    Optional<ProcessHandle> process = running();
    if (process.isPresent()) {
      CompletableFuture<ProcessHandle> end = process.get().onExit();
      process.get().destroy();
      try {
        end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        kill(patience);
      }
    }
  }

  private void await(CompletableFuture<ProcessHandle> end, Duration patience)
      throws InterruptedException, ClusterFailure {
    try {
      end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ClusterFailure("%s (pid %d) does not end".formatted(name, pid), e);
    }
  }

  private static String start(ProcessHandle process) {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
      String ticks = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START_TICKS];
      return Files.readString(BOOT).strip() + "/" + ticks;
    } catch (IOException e) { // it has ended
      return UNKNOWN;
    }
  }

  private static String startMillis(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(Instant::toEpochMilli)
        .map(String::valueOf)
        .orElse(UNKNOWN);
  }
}
