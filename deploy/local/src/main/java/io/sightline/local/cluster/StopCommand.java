// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** The command {@code sightline cluster stop}. */
@Command(
    name = "stop",
    description =
        "Stops the cluster with its jobs; checkpoints, savepoints and logs stay. Where no cluster"
            + " runs, that is well too.")
final class StopCommand extends ClusterAction {

  /** The supervisor gives each of its processes 10 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  StopCommand() {}

  @Override
  int run(ClusterFolder folder, PrintWriter out) throws Exception {
    List<RecordedProcess> recorded = folder.processesRecorded();
    long running = recorded.stream().filter(process -> process.running().isPresent()).count();
    if (recorded.isEmpty()) {
      out.printf("No cluster runs in %s%n", folder.root());
      return DONE;
    }
    stop(folder, null);
    out.printf(
        "Stopped: %d processes%s%n",
        running,
        running == recorded.size()
            ? ""
            : "; %d files of processes that were gone are deleted"
                .formatted(recorded.size() - running));
    return DONE;
  }

  /**
   * Ends all processes: the supervisor, which ends the others, and then whatever is left.
   *
   * @param supervisor where it may not have recorded itself yet
   */
  void stop(ClusterFolder folder, @Nullable ProcessHandle supervisor)
      throws IOException, ClusterFailure, InterruptedException {
    if (supervisor != null) {
      RecordedProcess.of(ClusterFolder.SUPERVISOR, supervisor).end(PATIENCE);
    }
    for (RecordedProcess process : folder.processesRecorded()) { // the supervisor is the first
      process.end(PATIENCE);
      folder.forget(process.name());
    }
    folder.deleteTemporary();
  }
}
