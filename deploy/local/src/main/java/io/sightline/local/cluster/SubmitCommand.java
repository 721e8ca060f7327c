// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import io.sightline.job.Sightline;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code sightline cluster submit}. */
@Command(
    name = "submit",
    description = {
      "Submits a job, and does not wait for its end: 'submit classify --config FILE'. Paths are"
          + " those of this shell, and what is wrong with the configuration is said here.",
      "Options that the job's configuration does not set are the cluster's: the parallelism is all"
          + " slots, and checkpoints go to its folder."
    },
    exitCodeList = {
      "0:The job was submitted.",
      "1:The cluster, brokers or topics are not as the job needs them.",
      "2:The command line or the configuration is wrong. Nothing was submitted."
    })
final class SubmitCommand extends ClusterAction {

  @Parameters(
      arity = "1..*",
      paramLabel = "ARGS",
      description = "The command that defines the job, classify or evaluate, and its arguments.")
  private List<String> arguments = new ArrayList<>();

  SubmitCommand() {}

  @Override
  int run(ClusterFolder folder, PrintWriter out) throws Exception {
    Configuration cluster = folder.flink();
    Path jar = FlinkJars.job();
    SubmittedJobs jobs = new SubmittedJobs(folder);
    try (ClusterClient client = ClusterClient.of(cluster)) {
      client.overview(); // a cluster that is gone is better said before brokers are asked
      return SubmittingEnvironment.during(
          cluster,
          jar,
          job -> submit(job, client, jobs, out),
          () ->
              Sightline.commandLine()
                  .setOut(out)
                  .setErr(spec().commandLine().getErr())
                  .execute(arguments.toArray(String[]::new)));
    }
  }

  /** Keeps the job first: it is no cluster's before it is known here. */
  private static void submit(
      JobGraph job, ClusterClient client, SubmittedJobs jobs, PrintWriter out) throws Exception {
    jobs.keep(job);
    boolean submitted = false;
    try {
      client.submit(job);
      submitted = true;
    } finally {
      if (!submitted) {
        jobs.forget(job.getJobID());
      }
    }
    out.printf("Job %s was submitted%n", job.getJobID());
  }
}
