// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.IOException;
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
 * A process that another shell can find again: its pid and the time of its start, in a file. Pids
 * are given again; a process that has the pid and another start is a stranger.
 *
 * @param name {@code supervisor}, {@code jobmanager}, {@code taskmanager-1} ...
 * @param startMillis milliseconds since 1970, as the operating system has it; 0 where it is not
 *     known
 */
record RecordedProcess(String name, long pid, long startMillis) {

  private static final String SUFFIX = ".pid";

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
                  Long.parseLong(words[1])))
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
    Files.writeString(part, pid + " " + startMillis + "\n");
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The process, where it still runs. */
  Optional<ProcessHandle> running() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> startMillis == 0 || start(process) == startMillis);
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

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
