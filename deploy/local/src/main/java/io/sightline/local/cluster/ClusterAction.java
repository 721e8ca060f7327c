// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands of a cluster share: the folder, the exit codes, and how they fail. */
@Command(
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:It was done.",
      "1:The cluster is not as the command needs it; standard error says how.",
      "2:The command line is wrong. Nothing was done."
    })
abstract class ClusterAction implements Callable<Integer> {

  static final int DONE = 0;
  static final int FAILED = 1;

  @Mixin private FolderFlag flag;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  ClusterAction() {}

  /** Does what the command is for, and says which exit code the shell sees. */
  abstract int run(ClusterFolder folder, PrintWriter out) throws Exception;

  CommandSpec spec() {
    return spec;
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try {
      return run(flag.folder(), out);
    } catch (ClusterFailure e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(e.getMessage());
      err.flush();
      return FAILED;
    } finally {
      out.flush();
    }
  }
}
