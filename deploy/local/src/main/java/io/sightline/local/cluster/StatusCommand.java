// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.PrintWriter;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.messages.webmonitor.ClusterOverview;
import picocli.CommandLine.Command;

/** The command {@code sightline cluster status}. */
@Command(
    name = "status",
    description =
        "Prints the processes, the slots, and the jobs with their states. It ends with 1 where a"
            + " process is gone or the JobManager does not answer.")
final class StatusCommand extends ClusterAction {

  StatusCommand() {}

  @Override
  int run(ClusterFolder folder, PrintWriter out) throws Exception {
    List<RecordedProcess> processes = folder.processesRecorded();
    if (processes.isEmpty()) {
      throw new ClusterFailure("No cluster runs in %s".formatted(folder.root()));
    }
    boolean complete = true;
    out.printf("%-15s %s%n", "folder", folder.root());
    for (RecordedProcess process : processes) {
      boolean runs = process.running().isPresent();
      complete &= runs;
      out.printf(
          "%-15s pid %d%s%n", process.name(), process.pid(), runs ? "" : " is gone: a stale file");
    }
    Configuration flink = folder.flink();
    out.printf("%-15s %s%n", "web interface", ClusterClient.address(flink));
    out.flush();
    try (ClusterClient client = ClusterClient.of(flink)) {
      ClusterOverview overview = client.overview();
      out.printf(
          "%-15s %d of %d free, on %d TaskManagers%n",
          "slots",
          overview.getNumSlotsAvailable(),
          overview.getNumSlotsTotal(),
          overview.getNumTaskManagersConnected());
      List<JobStatusMessage> jobs = client.jobs();
      out.printf("%-15s %d%n", "jobs", jobs.size());
      for (JobStatusMessage job : jobs) {
        out.printf("%s %-12s %s%n", job.getJobId(), job.getJobState(), job.getJobName());
      }
    }
    return complete ? DONE : FAILED;
  }
}
