// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.Problems;
import io.sightline.config.SinkSettings;
import java.io.PrintWriter;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The last step of a command: hands a job that is defined over to Flink. */
final class Submission {

  private Submission() {}

  /**
   * Runs the job to its end, or submits it where the client is detached.
   *
   * @param sinks settings by the prefix of their options
   * @return the command's exit code
   */
  static int run(
      StreamExecutionEnvironment env,
      String jobName,
      Map<String, SinkSettings> sinks,
      PrintWriter err)
      throws Exception {
    Problems problems = new Problems();
    RestoreCheck.check(env, sinks, problems);
    if (!problems.isEmpty()) {
      ProblemList.print(
          err, "The state can't be restored as a whole. Nothing was started.", problems.messages());
      return ExitCode.BAD_CONFIGURATION;
    }
    env.execute(jobName);
    return ExitCode.OK;
  }
}
