// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code sightline cluster}: a Flink cluster of real processes on this machine. */
@Command(
    name = "cluster",
    description = {
      "A Flink cluster on this machine, of real processes: a JobManager, TaskManagers, and a"
          + " supervisor that starts again what dies. It is for trials and for end-to-end tests;"
          + " all listen on 127.0.0.1 alone.",
      "A new JobManager is given the jobs of the one that died, from their last completed"
          + " checkpoint and under new ids. That is a resubmission by the supervisor and no high availability of"
          + " Flink's: only jobs that were submitted by this command come back, and one that ended"
          + " less than a second before starts again."
    },
    mixinStandardHelpOptions = true)
public final class ClusterCommand implements Runnable {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field.
  private ClusterCommand() {}

  /** The group with its commands. */
  public static CommandLine group() {
    CommandLine group = new CommandLine(new ClusterCommand());
    for (Object command :
        new Object[] {
          new StartCommand(),
          new StatusCommand(),
          // What follows the job's command is the job's own.
          new CommandLine(new SubmitCommand()).setStopAtPositional(true),
          new KillTaskManagerCommand(),
          new SavepointCommand(),
          new StopCommand()
        }) {
      group.addSubcommand(command);
    }
    return group;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing");
  }
}
