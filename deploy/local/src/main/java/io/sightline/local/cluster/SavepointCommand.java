// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.PrintWriter;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.client.JobStatusMessage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code sightline cluster savepoint}. */
@Command(
    name = "savepoint",
    description =
        "Takes a savepoint of a job and prints where it lies: what 'submit' takes as"
            + " --set execution.state-recovery.path=PATH.")
final class SavepointCommand extends ClusterAction {

  @Parameters(paramLabel = "JOB", description = "Id of the job, or its name.")
  private String job;

  @Option(names = "--stop", description = "Ends the job with the savepoint.")
  private boolean stop;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  SavepointCommand() {}

  @Override
  int run(ClusterFolder folder, PrintWriter out) throws Exception {
    try (ClusterClient client = ClusterClient.of(folder.flink())) {
      out.println(client.savepoint(find(client.jobs()), stop));
    }
    return DONE;
  }

  private JobID find(List<JobStatusMessage> jobs) throws ClusterFailure {
    List<JobStatusMessage> running =
        jobs.stream().filter(each -> !each.getJobState().isGloballyTerminalState()).toList();
    List<JobID> found =
        running.stream()
            .filter(each -> each.getJobId().toString().equals(job) || each.getJobName().equals(job))
            .map(JobStatusMessage::getJobId)
            .toList();
    if (found.size() != 1) {
      throw new ClusterFailure(
          "%s is %s that runs; there are %s"
              .formatted(
                  job,
                  found.isEmpty() ? "no job" : "not the only job",
                  running.isEmpty()
                      ? "none"
                      : running.stream()
                          .map(each -> each.getJobId() + " (" + each.getJobName() + ")")
                          .toList()));
    }
    return found.get(0);
  }
}
