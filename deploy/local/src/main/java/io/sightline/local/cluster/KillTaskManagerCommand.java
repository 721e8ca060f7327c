// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code sightline cluster kill-taskmanager}. */
@Command(
    name = "kill-taskmanager",
    description =
        "Kills a TaskManager (SIGKILL). The supervisor starts another in its place, and Flink"
            + " restarts what ran on it.")
final class KillTaskManagerCommand extends ClusterAction {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Parameters(paramLabel = "N", description = "Which: 1 is the first.")
  private int number;

  KillTaskManagerCommand() {}

  @Override
  int run(ClusterFolder folder, PrintWriter out) throws Exception {
    String name = ClusterFolder.taskManager(number);
    Optional<RecordedProcess> process =
        folder.process(name).filter(recorded -> recorded.running().isPresent());
    if (process.isEmpty()) {
      List<String> others =
          folder.processesRecorded().stream()
              .filter(recorded -> recorded.running().isPresent())
              .map(RecordedProcess::name)
              .toList();
      throw new ClusterFailure(
          "No %s runs in %s%s"
              .formatted(
                  name,
                  folder.root(),
                  others.isEmpty() ? "" : ": there are " + String.join(", ", others)));
    }
    process.get().kill(PATIENCE);
    out.printf("%s (pid %d) was killed%n", name, process.get().pid());
    return DONE;
  }
}
